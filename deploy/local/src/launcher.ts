import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalConfig } from './config.js';
import { describeEngines } from './engines/describe.js';
import { recoverHome, startEngines, type Engines } from './engines/start-engines.js';
import { UserError } from './errors.js';
import { describeEndpoints, writeEndpoints } from './home/endpoints.js';
import { writeJsonAtomic } from './home/files.js';
import { lockHome, type HomeLock } from './home/lock.js';
import { homePaths } from './home/paths.js';
import { isPortFree } from './home/ports.js';
import { preparation, registerSchemas, schemaIdsAreKept } from './prepare.js';
import { capRunningLog } from './process/log-file.js';
import type { Supervised } from './process/supervised.js';
import type { Progress } from './progress.js';
import { loadSampleWorld } from './sample-world.js';
import { findServices, superviseServices } from './services/start-services.js';

export interface Launcher {
  /** Starts everything and prints the ready line. */
  start(): Promise<void>;
  /** Ends everything in reverse; may be called at any moment, also while it starts. */
  stop(): Promise<void>;
}

export interface LauncherOptions {
  readonly config: LocalConfig;
  readonly empty: boolean;
  /** Start these services only (development of one of them). */
  readonly only?: readonly string[] | undefined;
  readonly progress: Progress;
  readonly print: (line: string) => void;
}

const FIRST_START_ATTEMPTS = 4;
const LOG_CHECK_MS = 60_000;

export const createLauncher = (options: LauncherOptions): Launcher => new LocalLauncher(options);

class LocalLauncher implements Launcher {
  private lock: HomeLock | undefined;
  private engines: Engines | undefined;
  private services: Supervised[] = [];
  private urls: Record<string, string> = {};
  private logTimer: NodeJS.Timeout | undefined;
  private stopped: Promise<void> | undefined;
  private readonly servicesReady = Promise.withResolvers<void>();

  constructor(private readonly options: LauncherOptions) {}

  private get gatewayUrl(): string {
    return `http://127.0.0.1:${this.options.config.gatewayPort}`;
  }

  async start(): Promise<void> {
    const { config, progress, print } = this.options;
    const paths = homePaths(config.home);
    this.lock = await lockHome(paths);
    const ended = await recoverHome(config.home);
    if (this.lock.recovered) progress.note(`recovering from a run that was killed: ended ${ended} processes it left behind`);
    await this.requireGatewayPort();
    const names = findServices(config.root).filter((name) => this.options.only?.includes(name) ?? true);
    const warm = await schemaIdsAreKept(paths.schemaIds);
    // The registry may come after the ready line: its process number is written when it is there.
    const engines = await startEngines(config.home, {
      registryAfter: warm ? this.servicesReady.promise : undefined,
      cache: config.cache, progress, reservedPorts: [config.gatewayPort], extraPorts: names.filter((name) => name !== 'gateway').concat('sampleReceiver'),
      events: this.events(), onReady: preparation(config.root, progress),
      addressed: (found) => this.address(found, names),
    });
    engines.registryReady.then(() => this.writeEndpoints(), () => undefined);
    await registerSchemas(engines, progress, !warm);
    await this.startServices(engines, names);
    this.servicesReady.resolve();
    if (!this.options.empty) await loadSampleWorld(paths, this.gatewayUrl, engines.ports['sampleReceiver'] ?? 0, progress);
    this.logTimer = setInterval(() => this.capLogs(), LOG_CHECK_MS).unref();
    if (this.stopped) return;
    print(`Throughline is ready: ${this.gatewayUrl}`);
    print(`API token: ${readFileSync(paths.adminToken, 'utf8').trim()}`);
  }

  private async requireGatewayPort(): Promise<void> {
    const { gatewayPort } = this.options.config;
    if (await isPortFree(gatewayPort)) return;
    throw new UserError(`Port ${gatewayPort} of 127.0.0.1 is in use by another program. End that program, or choose another port: THROUGHLINE_PORT=${gatewayPort + 1} npm start`);
  }

  private address(engines: Engines, names: readonly string[]): void {
    this.engines = engines;
    this.urls = Object.fromEntries(names.map((name) => [name, name === 'gateway' ? this.gatewayUrl : `http://127.0.0.1:${engines.ports[name]}`]));
    writeJsonAtomic(engines.paths.engines, describeEngines(engines), 0o600);
    this.writeEndpoints();
  }

  private writeEndpoints(): void {
    if (!this.engines) return;
    writeEndpoints(this.engines.paths.endpoints, describeEndpoints(this.engines, this.urls, this.gatewayUrl, this.services));
  }

  private events() {
    const { progress } = this.options;
    return {
      restarted: (name: string, pid: number) => {
        progress.note(`${name} runs again (process ${pid})`);
        this.writeEndpoints();
      },
      failed: (name: string, why: unknown, retryInMs: number) => {
        if (this.stopped) return;
        const reason = why instanceof Error ? why.message.split('\n')[0] : `ended with ${JSON.stringify(why)}`;
        progress.note(`${name}: ${reason}; starting it again in ${(retryInMs / 1000).toFixed(1)} s, its log is ${homePaths(this.options.config.home).logs}/${name}.log`);
      },
    };
  }

  private async startServices(engines: Engines, names: readonly string[]): Promise<void> {
    const { config, progress } = this.options;
    this.services = superviseServices({
      engines, root: config.root, cache: config.cache, urls: this.urls, gatewayPort: config.gatewayPort, ports: engines.ports, services: names, events: this.events(),
    });
    if (this.stopped) throw new Error('stopped while it started');
    const starting = Promise.all(this.services.map((service) => this.startPatiently(service)));
    this.writeEndpoints();
    await progress.step(`${names.length} services ready`, () => starting);
    this.writeEndpoints();
  }

  /** The first start of a service may meet an engine that is still busy with its own: a few attempts, then the reason is told. */
  private async startPatiently(service: Supervised): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await service.start();
      } catch (error) {
        if (this.stopped || attempt >= FIRST_START_ATTEMPTS) throw error;
        await sleep(500 * 2 ** attempt);
      }
    }
  }

  private capLogs(): void {
    const logs = homePaths(this.options.config.home).logs;
    for (const { name } of [...this.services, ...Object.values(this.engines?.each ?? {})]) capRunningLog(`${logs}/${name}.log`);
  }

  stop(): Promise<void> {
    return (this.stopped ??= this.stopEverything());
  }

  private async stopEverything(): Promise<void> {
    if (!this.lock) return; // the home is another launcher's
    this.lock.stopping();
    clearInterval(this.logTimer);
    await Promise.all(this.services.map((service) => service.stop(10_000)));
    await this.engines?.stop();
    await recoverHome(this.options.config.home); // a child of a child, or one between spawn and book-keeping
    this.lock.release();
  }
}
