import type { AvroCodec } from '@throughline/contracts';
import type { Logger } from '@throughline/observability';
import type { Database, Relay } from '@throughline/persistence';
import type { ProducerPort, StreamMetrics } from '@throughline/stream';
import type { TokenVerifier } from './auth/internal-token.js';
import type { BaseConfig } from './config.js';
import type { Readiness } from './health/readiness.js';

/** What is built before Nest starts and handed to every module of a service. */
export interface ServiceParts<C extends BaseConfig = BaseConfig> {
  readonly name: string;
  readonly config: C;
  readonly logger: Logger;
  readonly codec: AvroCodec;
  readonly database: Database;
  readonly producer: ProducerPort;
  readonly relay: Relay;
  readonly metrics: StreamMetrics;
  readonly readiness: Readiness;
  readonly verifyToken: TokenVerifier;
}
