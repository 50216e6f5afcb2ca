import type { Scope } from '../scope.js';
import { apigatewayScope } from './apigateway.js';
import { cloudfrontScope } from './cloudfront.js';
import { ec2Scope } from './ec2.js';
import { ecrContentScope } from './ecr-content.js';
import { ecrScope } from './ecr.js';
import { ecsScope } from './ecs.js';
import { eksScope } from './eks.js';
import { elbScope } from './elb.js';
import { inspectorScope } from './inspector.js';
import { lambdaScope } from './lambda.js';
import { route53Scope } from './route53.js';
import { securityHubScope } from './security-hub.js';

/** Scopes in the order in which they are read. */
export const SCOPES: readonly Scope[] = [ecsScope, elbScope, ec2Scope, ecrScope, lambdaScope, apigatewayScope, eksScope, ecrContentScope, inspectorScope, securityHubScope, route53Scope, cloudfrontScope];
