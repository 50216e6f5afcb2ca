import { Module, type DynamicModule } from '@nestjs/common';
import { StreamController } from './consumers/stream.controller.js';
import type { Policy } from './domain/policy.js';
import { FindingsController } from './http/findings.controller.js';
import { IdentityPolicyController } from './http/identity-policy.controller.js';
import { RecipesController } from './http/recipes.controller.js';
import { ScansController } from './http/scans.controller.js';
import { VerifyController } from './http/verify.controller.js';
import { VulnerabilitiesController } from './http/vulnerabilities.controller.js';
import { POLICY } from './tokens.js';

@Module({})
export class DedupModule {
  static with(policy: Policy): DynamicModule {
    return { module: DedupModule, controllers: [StreamController, FindingsController, ScansController, VerifyController, VulnerabilitiesController, RecipesController, IdentityPolicyController], providers: [{ provide: POLICY, useValue: policy }] };
  }
}
