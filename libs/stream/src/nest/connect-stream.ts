import type { INestApplication, INestMicroservice } from '@nestjs/common';
import type { MicroserviceOptions, NestMicroservice } from '@nestjs/microservices';
import type { RunnerUnit } from '../ports.js';
import type { KafkaBatchStrategy } from './kafka-batch.strategy.js';
import { StreamExceptionFilter } from './stream-exception.filter.js';

/**
 * Connects the strategy to an application, with the filter that lets exceptions through. Nothing global of the HTTP side
 * (guards, pipes, filters) applies to batches. Then `app.startAllMicroservices()`; `app.close()` drains.
 */
export function connectStream<U extends RunnerUnit>(app: INestApplication, strategy: KafkaBatchStrategy<U>): INestMicroservice {
  const microservice = app.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig: false, deferInitialization: true });
  // Possible only before the listeners are registered, which is why that is deferred to startAllMicroservices().
  microservice.useGlobalFilters(new StreamExceptionFilter());
  // The application calls the life-cycle hooks itself; deferred, the microservice would call them once more.
  (microservice as NestMicroservice).setIsInitHookCalled(true);
  return microservice;
}
