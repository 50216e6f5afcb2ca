import type { Command } from '../command.js';
import { collectAwsCommand } from './collect-aws.js';
import { collectKubernetes } from './collect-kubernetes.js';
import { deployRecord } from './deploy-record.js';
import { explain } from './explain.js';
import { findings } from './findings.js';
import { gate } from './gate.js';
import { collectSend, observe } from './observe.js';
import { recipes, recipesApply, recipesDryRun } from './recipes.js';
import { trace } from './trace.js';
import { upload } from './upload.js';

export const COMMANDS: readonly Command[] = [upload, gate, findings, explain, trace, deployRecord, observe, collectAwsCommand, collectKubernetes, collectSend, recipes, recipesDryRun, recipesApply];
