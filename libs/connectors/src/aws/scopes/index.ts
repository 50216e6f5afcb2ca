import type { Scope } from '../scope.js';
import { ec2Scope } from './ec2.js';
import { ecrContentScope } from './ecr-content.js';
import { ecrScope } from './ecr.js';
import { ecsScope } from './ecs.js';
import { elbScope } from './elb.js';

/** Scopes in the order in which they are read. */
export const SCOPES: readonly Scope[] = [ecsScope, elbScope, ec2Scope, ecrScope, ecrContentScope];
