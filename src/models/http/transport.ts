import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'undici';
import { messageOf, systemErrorCode } from '../../domain/errors.ts';
import type { ErrorKind } from '../../domain/outcome.ts';
import { beginning } from './json-text.ts';
import { pauseMs, RetryBudget, retryLimit } from './retry-budget.ts';

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a server sent, whatever its status. */
export interface Received {
  readonly status: number;
  readonly contentType: string;
  /** The header of that name, in seconds. */
  readonly retryAfter?: string | undefined;
  readonly body: string;
}

/** Why nothing was received. */
export interface Failed {
  readonly error: ErrorKind;
  readonly detail: string;
}

/** How a request ended, after retries: `received` has a status of success. */
export type Reply = ({ readonly ok: true; readonly received: Received } | ({ readonly ok: false } & Failed)) & {
  /** How often it was sent again. */
  readonly retries: number;
};

/** Sends requests over connections that are kept, and tries again what failed for a reason that may pass. */
export class Transport {
  readonly #pool: Pool;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #budget = new RetryBudget();

  /** @param headers sent with every request */
  constructor(pool: Pool, headers: Readonly<Record<string, string>>) {
    this.#pool = pool;
    this.#headers = headers;
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
        return { ...judge(got), retries };
      }
      if (!this.#budget.failed() || retries === retryLimit) return { ...judge(got), retries };
      const pause = pauseMs(retries + 1, retryAfterMs(got), Math.random());
      if (performance.now() + pause >= deadline) return { ...judge(got), retries };
      await sleep(pause);
    }
  }

  /** Sends a request once. Never rejects. */
  async ask(request: Request, deadline: number): Promise<Received | Failed> {
    const overdue = new AbortController();
    const timer = setTimeout(() => overdue.abort(), Math.max(0, deadline - performance.now()));
    try {
      const headers = { ...request.headers, ...this.#headers };
      const response = await this.#pool.request({ ...request, headers, signal: overdue.signal });
      // The whole body belongs to the answer, and to the time it took.
      const body = await response.body.text();
      const { 'content-type': contentType, 'retry-after': retryAfter, location } = response.headers;
      return {
        status: response.statusCode,
        contentType: textOf(contentType),
        retryAfter: textOf(retryAfter),
        body: response.statusCode >= 300 && response.statusCode < 400 ? `to ${textOf(location)}` : body,
      };
    } catch (error) {
      if (overdue.signal.aborted) return { error: 'timeout', detail: 'no answer in the time allowed' };
      return failureOf(error);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

/** Connection errors and the two statuses that say so may pass by themselves. */
function mayPass(got: Received | Failed): boolean {
  return 'error' in got ? got.error === 'connect' : got.status === 429 || got.status === 503;
}

function judge(
  got: Received | Failed,
): { readonly ok: true; readonly received: Received } | ({ readonly ok: false } & Failed) {
  if ('error' in got) return { ok: false, ...got };
  const { status, body } = got;
  if (status >= 200 && status < 300) return { ok: true, received: got };
  const detail = `status ${status}: ${beginning(body)}`;
  if (status >= 500) return { ok: false, error: 'http-5xx', detail };
  if (status >= 400) return { ok: false, error: 'http-4xx', detail };
  return { ok: false, error: 'bad-response', detail: `${detail}; redirects are not followed` };
}

/** A date instead of seconds is not worth a clock here. */
function retryAfterMs(got: Received | Failed): number | undefined {
  const seconds = 'error' in got ? undefined : got.retryAfter;
  return seconds !== undefined && /^\d{1,6}$/u.test(seconds) ? Number(seconds) * 1000 : undefined;
}

function failureOf(error: unknown): Failed {
  const code = systemErrorCode(error) ?? '';
  const detail = detailOf(error);
  // What the server sent was no HTTP, or more than any prediction: sending it again changes nothing.
  if (code.startsWith('HPE_') || code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return { error: 'bad-response', detail };
  }
  return { error: 'connect', detail };
}

/** Errors of several addresses (IPv6 and IPv4) carry the reason of each, and no message of their own. */
function detailOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return messageOf(error);
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : (header ?? []).join(', ');
}
