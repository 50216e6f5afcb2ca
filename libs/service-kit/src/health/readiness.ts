/** One thing a service needs to do its work. */
export type ReadinessCheck = () => { readonly ready: boolean; readonly detail?: string } | Promise<{ readonly ready: boolean; readonly detail?: string }>;

export interface ReadinessReport {
  /** ready: all good; degraded: serves, but something it needs is missing; unready: should get no traffic. */
  readonly status: 'ready' | 'degraded' | 'unready';
  readonly checks: Readonly<Record<string, { readonly ready: boolean; readonly detail?: string }>>;
}

/** Checks by name; `required` ones make the service unready, others only degraded (FAULTS 7). */
export class Readiness {
  readonly #checks = new Map<string, { check: ReadinessCheck; required: boolean }>();

  add(name: string, check: ReadinessCheck, options: { readonly required: boolean } = { required: true }): void {
    this.#checks.set(name, { check, required: options.required });
  }

  async report(): Promise<ReadinessReport> {
    const results = await Promise.all([...this.#checks].map(async ([name, { check, required }]) => ({ name, required, ...(await settle(check)) })));
    const failed = results.filter((r) => !r.ready);
    const status = failed.some((r) => r.required) ? 'unready' : failed.length > 0 ? 'degraded' : 'ready';
    return { status, checks: Object.fromEntries(results.map(({ name, ready, detail }) => [name, { ready, ...(detail !== undefined && { detail }) }])) };
  }
}

async function settle(check: ReadinessCheck): Promise<{ ready: boolean; detail?: string }> {
  try {
    return await check();
  } catch (error) {
    return { ready: false, detail: error instanceof Error ? error.message : 'failed' };
  }
}
