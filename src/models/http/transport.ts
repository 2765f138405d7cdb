import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'undici';
import { askOnce, type Failed, type Received, type Request } from './ask-once.ts';
import { beginning } from './json-text.ts';
import { pauseMs, RetryBudget, retryLimit } from './retry-budget.ts';

type Judged = { readonly ok: true; readonly received: Received } | ({ readonly ok: false } & Failed);

/** How a request ended, after retries: `received` has a status of success. */
export interface Reply {
  readonly answer: Judged;
  /** How often it was sent again. */
  readonly retries: number;
}

/**
 * Sends requests over connections that are kept, one at a time on each, and tries again what failed for a reason that may
 * pass. Whoever sends decides how many are under way. undici's own pool hands a connection its next request a turn of the
 * event loop later, which costs a twentieth of the throughput.
 */
export class Transport {
  readonly #origin: string;
  readonly #options: Client.Options;
  readonly #connections: Client[] = [];
  readonly #idle: Client[] = [];
  readonly #budget = new RetryBudget();

  /** @param origin such as `http://127.0.0.1:8080` */
  constructor(origin: string, options: Client.Options) {
    this.#origin = origin;
    this.#options = options;
  }

  /**
   * Sends a request once, or again after connection errors and the statuses 429 and 503, which say that nobody worked on
   * it. It counts as one request however often it was sent.
   *
   * @param deadline `performance.now()` when the answer, retries included, must be there
   */
  async send(request: Request, deadline: number): Promise<Reply> {
    for (let retries = 0; ; retries += 1) {
      const got = await this.ask(request, deadline);
      if (!mayPass(got)) {
        this.#budget.answered();
        return { answer: judge(got), retries };
      }
      if (!this.#budget.failed() || retries === retryLimit) return { answer: judge(got), retries };
      const pause = pauseMs(retries + 1, retryAfterMs(got), Math.random());
      if (performance.now() + pause >= deadline) return { answer: judge(got), retries };
      await sleep(pause);
    }
  }

  /** Sends a request once, and tells whatever comes. Never rejects. */
  async ask(request: Request, deadline: number): Promise<Received | Failed> {
    const connection = this.#idle.pop() ?? this.#connect();
    const got = await askOnce(connection, request, deadline);
    this.#idle.push(connection);
    return got;
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.destroy()));
  }

  #connect(): Client {
    const connection = new Client(this.#origin, this.#options);
    this.#connections.push(connection);
    return connection;
  }
}

/** Connection errors and the two statuses that say so may pass by themselves. */
function mayPass(got: Received | Failed): boolean {
  return 'error' in got ? got.error === 'connect' : got.status === 429 || got.status === 503;
}

function judge(got: Received | Failed): Judged {
  if ('error' in got) return { ok: false, ...got };
  const { status, body } = got;
  if (status >= 200 && status < 300) return { ok: true, received: got };
  const detail = `status ${status}: ${beginning(body)}`;
  if (status >= 500) return { ok: false, error: 'http-5xx', detail };
  if (status >= 400) return { ok: false, error: 'http-4xx', detail };
  return { ok: false, error: 'bad-response', detail: `${detail}; redirects are not followed` };
}

/** What the server asked for in seconds; a date instead is not worth a clock here. */
function retryAfterMs(got: Received | Failed): number | undefined {
  const seconds = 'error' in got ? '' : got.retryAfter;
  return /^\d{1,6}$/u.test(seconds) ? Number(seconds) * 1000 : undefined;
}
