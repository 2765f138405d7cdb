import { setImmediate as nextTurn } from 'node:timers/promises';
import fastq, { type queueAsPromised } from 'fastq';
import { messageOf, UserError, unusableFile } from '../../domain/errors.ts';
import type { HttpModelSpec, Model, Outcome, Usage } from '../../domain/outcome.ts';
import { failure, readDecoded } from '../decode.ts';
import { parseExactly, withExactNumbers } from '../exact-numbers.ts';
import { connectionLimit, type Traffic } from '../host/host-protocol.ts';
import { loadPreprocess, type Preprocess } from '../preprocess.ts';
import { AnswerError, type Ask, type Exchange, type OpenExchange } from './exchange.ts';
import { largestAnswerBytes, type Received, type Request } from './ask-once.ts';
import { type Environment, headerValues, withoutSecrets } from './header-values.ts';
import { answerReader } from './read-answer.ts';
import { Transport } from './transport.ts';
import type { HttpProtocol } from '../../domain/endpoint.ts';

/** Compression would be another cost than the model's, and without this header any is allowed. */
const asked = { 'accept-encoding': 'identity' };
/** How long each question before the replay may take: a server that just woke up may need a while. */
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
  const limits = { maxResponseSize: largestAnswerBytes, headersTimeout: 0, bodyTimeout: 0 };
  const transport = new Transport(url.origin, limits);
  try {
    const root = url.pathname.replace(/\/+$/u, '');
    const exchange = await openExchange[endpoint.protocol](endpoint, signature, root, asker(transport, url, headers));
    return new HttpModel(spec, { exchange, transport, headers, preprocess, secrets, traffic, connections });
  } catch (error) {
    await transport.close();
    if (!(error instanceof UserError)) throw error;
    throw unusableFile(withoutSecrets(error.message, secrets), { hint: error.hint, cause: error });
  }
}

function asker(transport: Transport, { origin, search }: URL, headers: Readonly<Record<string, string>>): Ask {
  return async (path) => {
    const sent = { ...asked, ...headers };
    const request = { method: 'GET', path: `${path === '' ? '/' : path}${search}`, headers: sent } as const;
    const got = await transport.ask(request, performance.now() + questionMs);
    if ('status' in got) return got;
    throw unusableFile(`its server ${origin} does not answer: ${got.detail}`, {
      hint: 'Start it, or correct artifact.url in the registry.',
    });
  };
}

/** One request of those that wait for their turn. */
interface Waiting {
  readonly input: unknown;
  /** `performance.now()` when its answer must be there; the timeout after its turn where it is absent. */
  readonly deadline: number | undefined;
}

interface Parts {
  readonly exchange: Exchange;
  readonly transport: Transport;
  /** Sent with every request, whatever the protocol. */
  readonly headers: Readonly<Record<string, string>>;
  readonly preprocess: Preprocess | null;
  readonly secrets: readonly string[];
  readonly traffic: Traffic;
  readonly connections: number;
}

/** A model that a server computes: each request is sent on its own, several at once. */
class HttpModel implements Model {
  readonly backend: string;
  readonly concurrent = true;
  /** A version's own code gets plain numbers, as in a process of its own. */
  readonly parse?: (text: string) => unknown;
  readonly #parts: Parts;
  readonly #read: (output: unknown) => Outcome | Promise<Outcome>;
  readonly #queue: queueAsPromised<Waiting, Outcome>;
  /** All of a request but its body. */
  readonly #request: Request;
  #sent = 0;
  #nextStart = 0;
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor({ endpoint, signature: { output } }: HttpModelSpec, parts: Parts) {
    this.#parts = parts;
    if (parts.preprocess === null) this.parse = parseExactly;
    const decode = parts.preprocess?.decode;
    const own = answerReader(output, endpoint.answer);
    this.#read = decode === undefined ? own : async (answer) => readDecoded(await decode(answer), output);
    this.#queue = fastq.promise((waiting) => this.#work(waiting), parts.connections);
    const { server, path, headers } = parts.exchange;
    const search = new URL(endpoint.url).search;
    this.#request = { method: 'POST', path: `${path}${search}`, headers: { ...asked, ...headers, ...parts.headers } };
    this.backend = server === '' ? endpoint.protocol : `${endpoint.protocol}, ${server}`;
  }

  predict(inputs: readonly unknown[], deadline?: number): Promise<Outcome[]> {
    return Promise.all(inputs.map((input) => this.#queue.push({ input, deadline })));
  }

  /** What computes is somewhere else. */
  peakMemory(): null {
    return null;
  }

  close(): Promise<void> {
    return this.#parts.transport.close();
  }

  async #work({ input, deadline }: Waiting): Promise<Outcome> {
    if (this.#parts.traffic.pauseMs > 0) await this.#turn();
    const outcome = await this.#answer(input, deadline);
    return outcome.ok ? outcome : { ...outcome, detail: withoutSecrets(outcome.detail, this.#parts.secrets) };
  }

  /** Waits until a request may start, where the plan says how many a second there may be. */
  async #turn(): Promise<void> {
    const now = performance.now();
    const start = Math.max(now, this.#nextStart);
    this.#nextStart = start + this.#parts.traffic.pauseMs;
    if (start > now) await new Promise((resolve) => setTimeout(resolve, start - now));
  }

  /** Each encodes in a turn of the event loop of its own, so that answers to other requests are read in between, and in time. */
  async #encodingTurn(): Promise<void> {
    const turn = this.#lastTurn.then(() => nextTurn());
    this.#lastTurn = turn;
    await turn;
  }

  async #answer(input: unknown, deadline = Infinity): Promise<Outcome> {
    const { exchange, transport, preprocess, traffic } = this.#parts;
    if (performance.now() >= deadline) return failure('timeout', 'its time was up before it could be sent');
    this.#sent += 1;
    const id = `canary-${this.#sent}`;
    let retries = 0;
    try {
      if (preprocess !== null) await this.#encodingTurn();
      // Without a deadline its time begins here: it may have waited for others to be encoded.
      const until = Math.min(deadline, performance.now() + traffic.timeoutMs);
      const encoded = preprocess === null ? input : plain(await preprocess.encode(input));
      const body = withExactNumbers(exchange.write(encoded, id));
      const reply = await transport.send({ ...this.#request, body }, until);
      const { answer } = reply;
      ({ retries } = reply);
      if (!answer.ok) return counted(failure(answer.error, answer.detail), retries);
      const output = exchange.read(answer.received.body, answer.received.contentType, id);
      const outcome = counted(await this.#read(output), retries);
      return outcome.ok ? { ...outcome, ...usageIn(exchange, answer.received) } : outcome;
    } catch (error) {
      // Whatever goes wrong with one request is that request's outcome alone.
      const kind = error instanceof AnswerError ? error.kind : 'model-error';
      return counted(failure(kind, messageOf(error)), retries);
    }
  }
}

/** What answering took, as the protocol tells it, and when the first token came. */
function usageIn(exchange: Exchange, { body, contentType, arrivals }: Received): { readonly usage?: Usage } {
  const { usage, firstTokenBytes } = exchange.took?.(body, contentType) ?? {};
  const arrival = firstTokenBytes === undefined ? undefined : arrivals?.find(({ bytes }) => bytes >= firstTokenBytes);
  if (arrival === undefined) return usage === undefined ? {} : { usage };
  return { usage: { ...usage, first_token_ms: arrival.ms } };
}

function counted(outcome: Outcome, retries: number): Outcome {
  return retries === 0 ? outcome : { ...outcome, retries };
}

/** Typed arrays are objects to JSON. */
function plain(value: unknown): unknown {
  return value instanceof Float32Array || value instanceof Float64Array || value instanceof Int32Array
    ? [...value]
    : value;
}

/** The protocols, each in a file of its own that is loaded when a version speaks it. */
export const openExchange: Readonly<Record<HttpProtocol, OpenExchange>> = {
  'oip-v2': async (...from) => (await import('./protocols/oip-v2.ts')).openInferenceProtocol(...from),
  'tf-serving': async (...from) => (await import('./protocols/tf-serving.ts')).tensorFlowServing(...from),
  mlflow: async (...from) => (await import('./protocols/mlflow.ts')).mlflowScoring(...from),
  'sagemaker-local': async (...from) => (await import('./protocols/sagemaker-local.ts')).sagemakerLocal(...from),
  'openai-chat': async (...from) => (await import('./protocols/openai.ts')).openAi(...from),
  'openai-completions': async (...from) => (await import('./protocols/openai.ts')).openAi(...from),
  json: async (...from) => (await import('./protocols/json-template.ts')).jsonTemplate(...from),
};
