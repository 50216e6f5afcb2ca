import { Module } from '@nestjs/common';
import { AssetObservedHandler } from './consumers/asset-observed.handler.js';
import { AssetsController } from './http/assets.controller.js';
import { ApplicationsController, EnvironmentsController, OwnershipRulesController, ServicesController, TeamsController } from './http/definitions.controllers.js';
import { BlastRadiusController } from './http/blast-radius.controller.js';
import { CoverageController } from './http/coverage.controller.js';
import { ExposedController } from './http/exposed.controller.js';
import { AttestationsController, ProvenancePolicyController } from './http/provenance.controller.js';
import { TraceController } from './http/trace.controller.js';

/** Wiring only. */
@Module({
  controllers: [
    AssetObservedHandler, TraceController, CoverageController, ExposedController, BlastRadiusController, AssetsController,
    ProvenancePolicyController, AttestationsController, ApplicationsController, ServicesController, TeamsController, EnvironmentsController, OwnershipRulesController,
  ],
})
export class AppModule {}
