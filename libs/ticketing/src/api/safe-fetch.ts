import { AddressRefused, createGuard, type Guard } from '@throughline/outbound';
import { DestinationError } from './destination.js';

/**
 * Makes requests to addresses that a tenant chose, within the guard of `@throughline/outbound` (FAULTS 56), and tells
 * what went wrong as a destination does. `allowedHosts` are `host:port` pairs that the installation itself excepts.
 */
export class SafeHttp {
  readonly #guard: Guard;

  constructor(allowedHosts: ReadonlySet<string>, timeoutMs = 10_000) {
    this.#guard = createGuard({ allowedHosts, timeoutMs });
  }

  /** Throws DestinationError('rejected') for a URL that may never be asked. */
  check(url: string): URL {
    try {
      return this.#guard.check(url);
    } catch (error) {
      throw error instanceof AddressRefused ? new DestinationError('rejected', error.message) : error;
    }
  }

  /** Like fetch, within the guard; network faults become DestinationError('retry'). */
  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = this.check(input instanceof Request ? input.url : String(input));
    try {
      return await this.#guard.fetch(input, init);
    } catch (error) {
      throw new DestinationError('retry', `${url.host} did not answer`, undefined, { cause: error });
    }
  };

  close(): Promise<void> {
    return this.#guard.close();
  }
}
