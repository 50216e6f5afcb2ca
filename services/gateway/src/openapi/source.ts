import type { Clock } from '@throughline/domain';
import { mergeOpenApi, type OpenApiPart } from './merge.js';

const FRESH_MS = 60_000;
const TIMEOUT_MS = 2_000;

/** Fetches the services' documents, keeps each service's last good one, and merges them. */
export class OpenApiSource {
  readonly #parts = new Map<string, OpenApiPart>();
  #merged: object | undefined;
  #until = 0;

  constructor(private readonly services: Readonly<Record<string, string>>, private readonly own: () => OpenApiPart, private readonly clock: Clock) {}

  async document(): Promise<object> {
    const now = this.clock.now().getTime();
    if (this.#merged && now < this.#until) return this.#merged;
    const answers = await Promise.all(Object.entries(this.services).map(([name, url]) => this.#fetch(name, url)));
    this.#merged = mergeOpenApi([this.own(), ...this.#parts.values()]);
    // A service that did not answer is asked again at the next request, not in a minute.
    this.#until = answers.every(Boolean) ? now + FRESH_MS : 0;
    return this.#merged;
  }

  async #fetch(name: string, url: string): Promise<boolean> {
    try {
      const answer = await fetch(new URL('/openapi.json', url), { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!answer.ok) return false;
      this.#parts.set(name, (await answer.json()) as OpenApiPart);
      return true;
    } catch {
      return false;
    }
  }
}
