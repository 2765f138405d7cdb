import pLimit, { type LimitFunction } from 'p-limit';
import { Pool } from 'undici';
import { messageOf, UserError, unusableFile } from '../../domain/errors.ts';
import type { HttpModelSpec, Model, Outcome } from '../../domain/outcome.ts';
import { failure, readDecoded } from '../decode.ts';
import type { Traffic } from '../host-protocol.ts';
import { loadPreprocess, type Preprocess } from '../preprocess.ts';
import { AnswerError } from './answer-error.ts';
import type { Ask, Exchange } from './exchange.ts';
import { type Environment, headerValues, withoutSecrets } from './header-values.ts';
import { openExchange } from './open-exchange.ts';
import { readAnswer } from './read-answer.ts';
import { Transport } from './transport.ts';

/** More connections than this at once say more about this machine than about the server. */
const connectionLimit = 1000;
/** More than any prediction; an answer that is larger is not one. */
const largestAnswerBytes = 32 * 2 ** 20;
/** For each question before the replay, which a server that just woke up may take its time for. */
const questionMs = 10_000;

/**
 * Finds a version's server and learns how to ask it.
 *
 * @param environment where the values of its headers are
 * @throws UserError (exit 5) when a header's variable is unset, the server is not there or not ready, or its model has
 *   another signature
 */
export async function loadHttpModel(spec: HttpModelSpec, environment: Environment, traffic: Traffic): Promise<Model> {
  const { endpoint, signature } = spec;
  const { headers, secrets } = headerValues(endpoint.headers ?? {}, environment);
  const preprocess = spec.preprocess === undefined ? null : await loadPreprocess(spec.preprocess.folder);
  const url = new URL(endpoint.url);
  const connections = Math.min(traffic.concurrency ?? connectionLimit, connectionLimit);
  const transport = new Transport(
    new Pool(url.origin, { connections, maxResponseSize: largestAnswerBytes, headersTimeout: 0, bodyTimeout: 0 }),
    headers,
  );
  try {
    const root = url.pathname.replace(/\/+$/u, '');
    const exchange = await openExchange[endpoint.protocol](endpoint, signature, root, asker(transport, url));
    return new HttpModel(spec, { exchange, transport, preprocess, secrets, traffic, connections });
  } catch (error) {
    await transport.close();
    if (!(error instanceof UserError)) throw error;
    throw unusableFile(withoutSecrets(error.message, secrets), { hint: error.hint, cause: error });
  }
}

function asker(transport: Transport, { origin, search }: URL): Ask {
  return async (path) => {
    const request = { method: 'GET', path: `${path === '' ? '/' : path}${search}`, headers: {} } as const;
    const got = await transport.ask(request, performance.now() + questionMs);
    if ('status' in got) return got;
    throw unusableFile(`its server ${origin} does not answer: ${got.detail}`, {
      hint: 'Start it, or correct artifact.url in the registry.',
    });
  };
}

interface Parts {
  readonly exchange: Exchange;
  readonly transport: Transport;
  readonly preprocess: Preprocess | null;
  readonly secrets: readonly string[];
  readonly traffic: Traffic;
  readonly connections: number;
}

/** A model that a server computes: each request is sent on its own, several at once. */
class HttpModel implements Model {
  readonly backend: string;
  readonly concurrent = true;
  readonly #spec: HttpModelSpec;
  readonly #parts: Parts;
  readonly #limit: LimitFunction;
  readonly #path: string;
  #sent = 0;
  #nextStart = 0;

  constructor(spec: HttpModelSpec, parts: Parts) {
    this.#spec = spec;
    this.#parts = parts;
    this.#limit = pLimit(parts.connections);
    const { server, path } = parts.exchange;
    this.#path = `${path}${new URL(spec.endpoint.url).search}`;
    this.backend = server === '' ? spec.endpoint.protocol : `${spec.endpoint.protocol}, ${server}`;
  }

  predict(inputs: readonly unknown[], deadline?: number): Promise<Outcome[]> {
    return this.#limit.map(inputs, async (input) => {
      await this.#turn();
      const outcome = await this.#answer(input, deadline ?? performance.now() + this.#parts.traffic.timeoutMs);
      return outcome.ok ? outcome : { ...outcome, detail: withoutSecrets(outcome.detail, this.#parts.secrets) };
    });
  }

  close(): Promise<void> {
    return this.#parts.transport.close();
  }

  /** Waits until a request may start, where the plan says how many a second there may be. */
  async #turn(): Promise<void> {
    const { pauseMs } = this.#parts.traffic;
    if (pauseMs === 0) return;
    const now = performance.now();
    const start = Math.max(now, this.#nextStart);
    this.#nextStart = start + pauseMs;
    if (start > now) await new Promise((resolve) => setTimeout(resolve, start - now));
  }

  async #answer(input: unknown, deadline: number): Promise<Outcome> {
    const { exchange, transport, preprocess } = this.#parts;
    if (performance.now() >= deadline) return failure('timeout', 'its time was over before it could be sent');
    this.#sent += 1;
    const id = `canary-${this.#sent}`;
    let retries = 0;
    try {
      const encoded = preprocess === null ? input : plain(await preprocess.encode(input));
      const body = exchange.write(encoded, id);
      const reply = await transport.send(
        { method: 'POST', path: this.#path, headers: exchange.headers, body },
        deadline,
      );
      ({ retries } = reply);
      if (!reply.ok) return { ...failure(reply.error, reply.detail), retries };
      const { received } = reply;
      const output = exchange.read(received.body, received.contentType, id);
      return { ...(await this.#read(output)), retries };
    } catch (error) {
      // Whatever goes wrong with one request is that request's outcome alone.
      const kind = error instanceof AnswerError ? error.kind : 'model-error';
      return { ...failure(kind, messageOf(error)), retries };
    }
  }

  async #read(output: unknown): Promise<Outcome> {
    const decode = this.#parts.preprocess?.decode;
    const { signature, endpoint } = this.#spec;
    if (decode === undefined) return readAnswer(output, signature.output, endpoint.answer);
    return readDecoded(await decode(output), signature.output);
  }
}

/** Typed arrays are objects to JSON. */
function plain(value: unknown): unknown {
  return value instanceof Float32Array || value instanceof Float64Array || value instanceof Int32Array
    ? [...value]
    : value;
}
