import type { z } from 'zod';
import type { PullConnector } from './connector.js';

/**
 * What the registry holds of a kind that can be pulled: all that ingestion needs to take its configuration, to keep its
 * secrets apart and to run it.
 */
export interface PullDefinition {
  readonly connector: PullConnector;
  /**
   * A `z.strictObject` (refinements are fine) without `kind` and `schedule`, which ingestion adds. Its output is what
   * `pull` gets, so defaults belong into it; it is parsed again from what was stored, so a transformation must be
   * idempotent. Secrets that a PUT does not give are filled in from those stored before it is parsed.
   */
  readonly config: z.ZodObject;
  /** Top-level fields that are sealed as a whole and never given out (`credentials`, not `credentials.secretAccessKey`). */
  readonly secretFields: readonly string[];
  /** Top-level fields that point the connector elsewhere (`endpoint`, `baseUrl`): only an admin may set them, and they are guarded. */
  readonly addressFields: readonly string[];
  readonly defaultEverySeconds: number;
  /** Whether the configuration, secrets included, says how to ask the system; false: it is only listened to. Absent: always. */
  readonly canPull?: (config: Readonly<Record<string, unknown>>) => boolean;
}
