import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { messageOf, systemErrorCode } from '../../domain/errors.ts';
import type { ErrorKind } from '../../domain/outcome.ts';

/** More than any prediction; an answer that is larger is not one. */
export const largestAnswerBytes = 32 * 2 ** 20;

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
  /** The header of that name. */
  readonly retryAfter: string;
  readonly body: string;
  /** Of a stream, how many bytes had come when, in ms after the request was sent. */
  readonly arrivals?: readonly Arrival[];
}

export interface Arrival {
  readonly bytes: number;
  readonly ms: number;
}

/** Why nothing was received. */
export interface Failed {
  readonly error: ErrorKind;
  readonly detail: string;
  /** Whether not even a status had come. */
  readonly silent: boolean;
}

/**
 * Sends a request once. The whole body belongs to the answer, and to the time that it may take. Never rejects.
 *
 * @param deadline `performance.now()` when the answer must be there
 */
export function askOnce(connection: Dispatcher, request: Request, deadline: number): Promise<Received | Failed> {
  return new Promise((resolve) => {
    const leftMs = Math.max(0, Math.ceil(deadline - performance.now()));
    const answer = new AnswerHandler(resolve, leftMs);
    // The plain way, request(), makes a stream and an abort signal for each answer, which costs as much as all the rest.
    connection.dispatch(request, answer);
  });
}

type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Gathers one answer; whatever comes first, its end, an error or the deadline, is the result. */
class AnswerHandler implements Dispatcher.DispatchHandler {
  readonly #resolve: (result: Received | Failed) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  readonly #start = performance.now();
  readonly #arrivals: Arrival[] = [];
  #isStream = false;
  #controller: Dispatcher.DispatchController | undefined;
  #overdue = false;
  #ended = false;
  #status = 0;
  #headers: ResponseHeaders = {};

  constructor(resolve: (result: Received | Failed) => void, leftMs: number) {
    this.#resolve = resolve;
    // Where this process was busy all the time, the answer may be there already and only has to be read.
    this.#timer = setTimeout(() => setImmediate(() => this.#end()), leftMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It may have taken all the time to connect.
    if (this.#overdue) controller.abort(new Error('too late'));
  }

  onResponseStart(_controller: unknown, status: number, headers: ResponseHeaders): void {
    this.#status = status;
    this.#headers = headers;
    this.#isStream = textOf(headers['content-type']).startsWith('text/event-stream');
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
    if (!this.#isStream) return;
    const bytes = (this.#arrivals.at(-1)?.bytes ?? 0) + chunk.length;
    this.#arrivals.push({ bytes, ms: performance.now() - this.#start });
  }

  onResponseEnd(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    const [only] = this.#chunks;
    const bytes = only !== undefined && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks);
    this.#resolve(this.#received(bytes));
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#resolve(failureOf(error, this.#status === 0));
  }

  #received(bytes: Buffer): Received | Failed {
    const isRedirect = this.#status >= 300 && this.#status < 400;
    const read = isRedirect ? `to ${textOf(this.#headers['location'])}` : textIn(bytes, this.#headers);
    // What went wrong is the status, where that is an error, and not the text that comes with it.
    if (typeof read !== 'string' && this.#status < 300) return read;
    return {
      status: this.#status,
      contentType: textOf(this.#headers['content-type']),
      retryAfter: textOf(this.#headers['retry-after']),
      body: typeof read === 'string' ? read : read.detail,
      ...(this.#isStream ? { arrivals: this.#arrivals } : {}),
    };
  }

  #end(): void {
    if (this.#ended) return;
    this.#overdue = true;
    // A promise keeps its first result, so that what the abort brings about is not heard.
    this.#resolve({ error: 'timeout', detail: 'no answer in the time allowed', silent: this.#status === 0 });
    this.#controller?.abort(new Error('too late'));
  }
}

/** What compression is undone by, although none is asked for: a server may do as it likes. */
const decoders: Readonly<Record<string, (bytes: Buffer, limit: { maxOutputLength: number }) => Buffer>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

function textIn(bytes: Buffer, headers: ResponseHeaders): string | Failed {
  const encoding = textOf(headers['content-encoding']).trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return bytes.toString('utf8');
  try {
    const decode = decoders[encoding];
    if (decode === undefined) throw new Error('which canary does not know');
    return decode(bytes, { maxOutputLength: largestAnswerBytes }).toString('utf8');
  } catch (error) {
    const detail = `the answer has the content-encoding ${encoding}, ${messageOf(error)}`;
    return { error: 'bad-response', detail, silent: false };
  }
}

function failureOf(error: unknown, silent: boolean): Failed {
  const code = systemErrorCode(error) ?? '';
  const detail = detailOf(error);
  // What the server sent was no HTTP, or more than any prediction: sending it again changes nothing.
  if (code.startsWith('HPE_') || code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return { error: 'bad-response', detail, silent };
  }
  return { error: 'connect', detail, silent };
}

/** Errors of several addresses (IPv6 and IPv4) carry the reason of each, and no message of their own. */
function detailOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return messageOf(error);
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : (header ?? []).join(', ');
}
