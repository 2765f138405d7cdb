import { interrupted } from '../../domain/errors.ts';

/**
 * Where versions that are loaded wait for those that are not, so that no request is sent before all are known to work: a
 * server that is not there is told at once, not after an hour of the other version's replay.
 */
export class StartLine {
  readonly #waiting: (() => void)[] = [];
  /** How many have to arrive. */
  readonly runners: number;
  #missing: number;

  constructor(runners: number) {
    this.runners = runners;
    this.#missing = runners;
  }

  /** Waits for all. @throws UserError (exit 130) when the signal comes first */
  async arrive(signal: AbortSignal): Promise<void> {
    this.#missing -= 1;
    if (this.#missing <= 0) {
      for (const start of this.#waiting) start();
      return;
    }
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => reject(interrupted()), { once: true });
      if (signal.aborted) reject(interrupted());
    });
  }
}
