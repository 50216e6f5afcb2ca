/**
 * The process that a memory driver pretends to run in. It counts the steps between which a real process could die, and
 * can be killed (nothing of it ever answers again) or frozen (it goes on later, not knowing that time has passed).
 */
export class MemoryProcess {
  #isDead = false;
  #thaw: (() => void) | undefined;
  #frozen: Promise<void> | undefined;
  #steps: string[] = [];

  /** `onStep` sees each step before it is passed and may kill or freeze the process there. */
  constructor(private readonly onStep: (name: string, count: number, process: MemoryProcess) => void = () => undefined) {}

  get isDead(): boolean { return this.#isDead; }
  /** Names of the steps passed so far. */
  get steps(): readonly string[] { return this.#steps; }

  /** kill -9: whatever was under way never ends. */
  kill(): void {
    this.#isDead = true;
  }

  /** SIGSTOP. */
  freeze(): void {
    this.#frozen ??= new Promise((resolve) => { this.#thaw = resolve; });
  }

  /** SIGCONT. */
  thaw(): void {
    this.#thaw?.();
    this.#frozen = undefined;
  }

  /** A point where the process may die. Never resolves in a dead one. */
  async step(name: string): Promise<void> {
    if (!this.#isDead) {
      this.#steps.push(name);
      this.onStep(name, this.#steps.length, this);
    }
    await this.#frozen;
    if (this.#isDead) await new Promise<never>(() => undefined);
  }
}
