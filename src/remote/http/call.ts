import { setTimeout as sleep } from 'node:timers/promises';
import { interrupted, messageOf, systemErrorCode, unusableFile } from '../../domain/errors.ts';
import { type RemoteAccess, requireHost } from './access.ts';

/** One question to a server. */
export interface Call {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Who is asked, for messages; the address itself is never printed, since it may be a secret. */
  readonly what: string;
  /** For the whole answer, in ms. */
  readonly timeoutMs?: number;
  /** How often it may be sent; 3 where it is harmless to send it twice. */
  readonly tries?: number;
  readonly signal?: AbortSignal;
  /** Whoever asks tells redirects by itself. */
  readonly tellsRedirects?: true;
  /** Signs it anew before each try. */
  readonly sign?: () => Promise<Readonly<Record<string, string>>>;
}

/** What a server answered, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  /** How often it was sent. */
  readonly tries: number;
  /** By how much the server's clock is ahead of this machine's, to a second or so, in ms; undefined where it did not tell its time. */
  readonly aheadMs: number | undefined;
}

export const defaultTimeoutMs = 30_000;
const longestPauseMs = 30_000;
const firstPauseMs = 250;
/** No answer that is kept in memory is larger. */
const mostBytes = 256 * 2 ** 20;

/**
 * Asks a server. Statuses that may pass (429, 5xx), broken connections and late answers are tried again, after as long as the server says. Redirects
 * are not followed: whoever answers them would be given what was meant for another.
 * @throws UserError (exit 5) where nothing was answered, (exit 130) where its signal ended it; statuses are the caller's to judge
 */
export async function call(access: RemoteAccess, request: Call): Promise<Answer> {
  const url = new URL(request.url);
  requireHost(access, url, request.what);
  const { tries = 3 } = request;
  for (let done = 1; ; done += 1) {
    const got = await once(url, request);
    if (request.signal?.aborted === true && 'failure' in got) throw interrupted();
    const isLast = done >= tries;
    if ('failure' in got) {
      if (isLast) throw unanswered(request, got.failure, got.cause);
    } else if (isLast || !mayPass(got.status)) {
      if (request.tellsRedirects !== true) requireNoRedirect(got, url, request);
      return { ...got, tries: done };
    }
    const pause = 'failure' in got ? undefined : retryAfterMs(got.headers.get('retry-after'));
    const pauseMs = Math.min(pause ?? firstPauseMs * 2 ** (done - 1) * (0.5 + Math.random() / 2), longestPauseMs);
    await sleep(pauseMs, undefined, { signal: request.signal }).catch(() => undefined);
    if (request.signal?.aborted === true) throw interrupted();
  }
}

type Got = Omit<Answer, 'tries'> | { readonly failure: string; readonly cause: unknown };

async function once(
  url: URL,
  { method, headers, body, timeoutMs = defaultTimeoutMs, signal, sign }: Call,
): Promise<Got> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...(await sign?.()) },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal: signal === undefined ? late : AbortSignal.any([late, signal]),
    });
    const answeredAt = Date.now();
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      const bytes: Uint8Array = chunk;
      size += bytes.byteLength;
      if (size > mostBytes) return { failure: `answered more than ${mostBytes / 2 ** 20} MiB`, cause: undefined };
      chunks.push(bytes);
    }
    const { status, headers: told } = response;
    return { status, headers: told, body: Buffer.concat(chunks), aheadMs: aheadMs(told.get('date'), answeredAt) };
  } catch (error) {
    return { failure: late.aborted ? `did not answer within ${timeoutMs / 1000} s` : reasonOf(error), cause: error };
  }
}

/** A server tells its time in whole seconds, and rounds down. */
function aheadMs(date: string | null, now: number): number | undefined {
  const told = Date.parse(date ?? '');
  if (Number.isNaN(told)) return undefined;
  return Math.sign(told - now) * Math.max(0, Math.abs(told - now) - 1000);
}

/** What the system says, without the address. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  // What cannot even be sent is quoted in full by whoever refuses it.
  if (error instanceof TypeError && error.cause === undefined)
    return 'could not be asked: its address holds a password, or a header a character that HTTP does not send';
  const code = systemErrorCode(cause);
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'refused the connection',
    ENOTFOUND: 'has a name that cannot be found',
    EAI_AGAIN: 'has a name that could not be looked up',
    ECONNRESET: 'cut the connection',
    UND_ERR_SOCKET: 'cut the connection',
  };
  if (code !== undefined) return known[code] ?? `could not be asked (${code})`;
  return `could not be asked: ${messageOf(cause)}`;
}

function unanswered({ what }: Call, failure: string, cause: unknown): Error {
  return unusableFile(`${what} ${failure}`, {
    hint: 'Nothing was decided. Run the command again once it answers.',
    cause: new Error(failure, cause instanceof Error ? { cause: cause.name } : undefined),
  });
}

function mayPass(status: number): boolean {
  return status === 429 || status >= 500;
}

function requireNoRedirect({ status, headers }: Omit<Answer, 'tries'>, url: URL, { what }: Call): void {
  const location = headers.get('location');
  if (status < 300 || status >= 400 || status === 304 || location === null || !URL.canParse(location, url)) return;
  const { host } = new URL(location, url);
  throw unusableFile(
    `${what} redirects to ${host === url.host ? 'another path' : host}, and redirects are not followed`,
    {
      hint: 'Write the final address.',
    },
  );
}

/** Seconds or a date. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  if (/^\d{1,6}$/u.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
