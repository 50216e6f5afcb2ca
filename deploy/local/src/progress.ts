/** Prints one line per finished step with its seconds. Several steps may run at once. */
export interface Progress {
  /** Runs `work` as the named step and prints how long it took. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  note(text: string): void;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(6)} s`;

export const consoleProgress = (write: (line: string) => void = (line) => process.stdout.write(`${line}\n`)): Progress => ({
  async step(name, work) {
    const start = performance.now();
    try {
      const result = await work();
      write(`${seconds(performance.now() - start)}  ${name}`);
      return result;
    } catch (error) {
      write(`${seconds(performance.now() - start)}  ${name}: failed`);
      throw error;
    }
  },
  note: (text) => write(`          ${text}`),
});

export const silentProgress: Progress = { step: (_name, work) => work(), note: () => undefined };
