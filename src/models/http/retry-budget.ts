/**
 * Says whether a failed request may be tried again. Each failure takes a token, each answer gives one back, and
 * retries need more than half of the tokens: while most requests fail they soon stop, so that a server that is down or overloaded is
 * not buried under repetitions and the replay ends (gRPC's retry throttling, proposal A6, with a token ratio of 1: a version is to
 * be judged by its own errors, and not by those that a small budget would add).
 */
export class RetryBudget {
  static readonly tokens = 10;
  #tokens = RetryBudget.tokens;

  answered(): void {
    this.#tokens = Math.min(RetryBudget.tokens, this.#tokens + 1);
  }

  /** Takes a token; true while retrying makes sense. */
  failed(): boolean {
    this.#tokens = Math.max(0, this.#tokens - 1);
    return this.#tokens > RetryBudget.tokens / 2;
  }
}

/** How often a request is tried again at most. */
export const retryLimit = 2;
const firstPauseMs = 50;

/**
 * How long to wait before the next try, in ms: what the server asked for, else 50 ms, doubled each time, between half and
 * all of it, so that requests that failed together do not come back together.
 *
 * @param tries how often the request was sent already, from 1
 * @param random in [0, 1)
 */
export function pauseMs(tries: number, askedForMs: number | undefined, random: number): number {
  return askedForMs ?? firstPauseMs * 2 ** (tries - 1) * (0.5 + random / 2);
}
