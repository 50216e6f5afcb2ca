import type { Command } from '../command.js';
import { deployRecord } from './deploy-record.js';
import { explain } from './explain.js';
import { findings } from './findings.js';
import { trace } from './trace.js';
import { upload } from './upload.js';

export const COMMANDS: readonly Command[] = [upload, findings, explain, trace, deployRecord];
