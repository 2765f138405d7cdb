import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'undici';
import { askOnce, type Failed, type Received, type Request } from './ask-once.ts';
import { beginning } from './exchange.ts';
import { pauseMs, RetryBudget, retryLimit } from './retry-budget.ts';

type Judged =
  | { readonly ok: true; readonly received: Received }
  | ({ readonly ok: false } & Pick<Failed, 'error' | 'detail'>);

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
  /** Those whose last request was answered, so that the next one goes the same way. */
  readonly #kept = new Set<Client>();
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
    let mayBeStale = true;
    let tries = 0;
    for (let retries = 0; ; retries += 1) {
      const { got, isStale } = await this.#exchange(request, deadline);
      // It says nothing of the server, which may end a connection that it keeps at any time (RFC 9112, section 9.3.1).
      if (isStale && mayBeStale) {
        mayBeStale = false;
        continue;
      }
      tries += 1;
      if (!mayPass(got)) {
        if ('status' in got) this.#budget.answered();
        return { answer: judge(got), retries };
      }
      if (!this.#budget.failed() || tries > retryLimit) return { answer: judge(got), retries };
      const pause = pauseMs(tries, retryAfterMs(got), Math.random());
      if (performance.now() + pause >= deadline) return { answer: judge(got), retries };
      await sleep(pause);
    }
  }

  /** Sends a request once, and tells whatever comes. Never rejects. */
  async ask(request: Request, deadline: number): Promise<Received | Failed> {
    return (await this.#exchange(request, deadline)).got;
  }

  /** The same, and whether a connection that had answered before ended without a word. */
  async #exchange(request: Request, deadline: number): Promise<{ got: Received | Failed; isStale: boolean }> {
    const connection = this.#idle.pop() ?? this.#connect();
    const wasKept = this.#kept.has(connection);
    const got = await askOnce(connection, request, deadline);
    this.#idle.push(connection);
    if ('status' in got) this.#kept.add(connection);
    else this.#kept.delete(connection);
    return { got, isStale: wasKept && 'error' in got && got.error === 'connect' && got.silent };
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
  if ('error' in got) return { ok: false, error: got.error, detail: got.detail };
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
