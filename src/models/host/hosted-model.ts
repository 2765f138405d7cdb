import { runtimeTraits } from '../../domain/registry.ts';
import { unusableFile } from '../../domain/errors.ts';
import type { ErrorKind, ModelSpec } from '../../domain/outcome.ts';
import { verifyVersion } from '../artifact.ts';
import { failure } from '../decode.ts';
import type { HostReply, HostRequest, Traffic } from './host-protocol.ts';
import { type Permissions, requirePermission } from './permissions.ts';
import { ModelProcess, type ProcessDeath } from './model-process.ts';
import { keepsTime, remoteMs } from './remote-time.ts';
import { joinColumns, toColumns, type OutcomeColumns } from '../outcome-columns.ts';

export interface HostSettings {
  /** Path of the program that serves a model (`bin/model-host.js` of this package). */
  readonly hostScript: string;
  /** What the version may do; all that canary may where absent. */
  readonly permissions?: Permissions | undefined;
  /** How long one request may take. */
  readonly timeoutMs: number;
  /** How many requests the model computes at once. */
  readonly batch: number;
  /** How many requests a server may get at once, 1 where absent; null for as many as there are. */
  readonly concurrency?: number | null;
  /** Least time between the starts of two requests to a server; none where absent. */
  readonly pauseMs?: number;
}

/** One request that was timed alone. */
export interface TimedRequest {
  /** Encoding, computing and decoding, in ns; the timeout where it was reached; null when the process crashed. */
  readonly nanoseconds: number | null;
  readonly error: ErrorKind | null;
  /** How often it was sent again, where a server computes the version. */
  readonly retries: number;
  /** True when the process ended over this request, so that the next one meets a new one that is not warm. */
  readonly restarted: boolean;
}

/** So many deaths of the process without an answer in between mean that the version does not work at all. */
const deathLimit = 20;

/**
 * A version in a process of its own, so that a hang, an exit, a native crash or a lack of memory is the outcome of one
 * request and not the end of the gate. When the process dies over a batch, a new one is asked request by request: the culprit gets `timeout` or `crash`, the others get their answers.
 */
export class HostedModel {
  readonly version: string;
  /** What `OutcomeColumns.labels` counts. */
  readonly labels: readonly string[];
  readonly #spec: ModelSpec;
  readonly #settings: HostSettings;
  #process: Promise<ModelProcess> | null = null;
  #backend = '';
  #oneByOne: string | null = null;
  #deaths = 0;
  #slowestRequestMs: number | undefined;
  /** Requests of the batches that are not answered yet. */
  #underWay = 0;
  /** Settles when nobody looks into a death any more. Never rejects. */
  #alone: Promise<unknown> = Promise.resolve();
  #closed = false;
  #peakMemory: number | null = null;

  /**
   * Verifies the artifact, then starts the process and loads the version.
   *
   * @param sha256 the artifact's digest in the registry; a version on a server has only that of its entry
   * @throws UserError (exit 5) when it may not be run, or the artifact is not the registry's or cannot be loaded
   */
  static async open(spec: ModelSpec, sha256: string, settings: HostSettings): Promise<HostedModel> {
    if (settings.permissions !== undefined) requirePermission(spec, settings.permissions);
    await verifyVersion(spec, sha256, settings.permissions?.artifactBytes);
    const model = new HostedModel(spec, settings);
    const { backend, oneByOne } = await model.#running();
    model.#backend = backend;
    model.#oneByOne = oneByOne;
    return model;
  }

  private constructor(spec: ModelSpec, settings: HostSettings) {
    const { output } = spec.signature;
    this.version = spec.version;
    this.labels = output.kind === 'classification' ? output.labels : [];
    this.#spec = spec;
    this.#settings = settings;
  }

  /** The library that runs the model, such as `wasm`. */
  get backend(): string {
    return this.#backend;
  }

  /** Why the version should be asked one request at a time, where its files tell; null where they do not. */
  get oneByOne(): string | null {
    return this.#oneByOne;
  }

  /** Most memory that any process of the version had resident when it last answered, in bytes; null where nobody knows. */
  get peakMemory(): number | null {
    return this.#peakMemory;
  }

  /**
   * Predicts requests in batches. Several batches in one call spare messages between the processes, and two calls may be
   * under way at once, which keeps the process busy between them.
   *
   * @param inputs one JSON text per request
   * @param batch how many of them are computed at once: the settings' number, or 1
   * @throws UserError (exit 5) when the version cannot be loaded again, or dies over and over
   */
  async predict(inputs: readonly string[], batch = this.#settings.batch): Promise<OutcomeColumns> {
    await this.#alone;
    const reply = await this.#send(inputs, batch);
    if (reply.kind !== 'died') return reply.columns;
    if (runtimeTraits[this.#spec.runtime].takes !== 'many') return await this.#narrow(inputs, batch, reply);
    // Such a process works on several calls at once, and all of them saw its end: each is looked into while no other is under way.
    const narrowed = this.#alone.then(() =>
      inputs.length === 1 ? this.#again(inputs, batch) : this.#narrow(inputs, batch, reply),
    );
    this.#alone = narrowed.then(
      () => undefined,
      () => undefined,
    );
    return await narrowed;
  }

  /** Asks anew, in ever smaller parts, what a process died over, until the request that it dies over is known. */
  async #narrow(inputs: readonly string[], batch: number, { error, detail }: ProcessDeath): Promise<OutcomeColumns> {
    if (inputs.length === 1) return toColumns([failure(error, detail)], this.labels);
    const size = inputs.length > batch ? batch : 1;
    const parts: OutcomeColumns[] = [];
    for (let from = 0; from < inputs.length; from += size) {
      parts.push(await this.#again(inputs.slice(from, from + size), batch));
    }
    return joinColumns(parts);
  }

  async #again(inputs: readonly string[], batch: number): Promise<OutcomeColumns> {
    const reply = await this.#send(inputs, batch);
    return reply.kind === 'died' ? await this.#narrow(inputs, batch, reply) : reply.columns;
  }

  async #send(
    inputs: readonly string[],
    batch: number,
  ): Promise<Extract<HostReply, { kind: 'predicted' }> | ProcessDeath> {
    const start = performance.now();
    this.#underWay += inputs.length;
    const asked = this.#ask({ kind: 'predict', inputs, batch }, () => this.#timeoutMs(inputs.length));
    const reply = await asked.finally(() => {
      this.#underWay -= inputs.length;
    });
    if (reply.kind === 'died') return reply;
    if (reply.kind !== 'predicted') throw new Error(`a model's process answered ${reply.kind} to a batch`);
    const requestMs = (performance.now() - start) / inputs.length;
    this.#slowestRequestMs = Math.max(this.#slowestRequestMs ?? 0, requestMs);
    if (reply.peakMemory !== null) this.#peakMemory = Math.max(this.#peakMemory ?? 0, reply.peakMemory);
    return reply;
  }

  /**
   * Predicts one request and times it inside the process.
   *
   * @param input a JSON text
   * @param sentAt of a load test: when the request was to be sent, in ns of the monotonic clock. Its time begins then, and
   *   others may be under way. Without it nothing else may be under way, and its time begins when the process has it.
   */
  async time(input: string, sentAt?: bigint): Promise<TimedRequest> {
    const { timeoutMs } = this.#settings;
    const limit = timeoutMs * 1e6;
    const load = sentAt === undefined ? {} : { load: { sentAt, timeoutMs } };
    const allowedMs = keepsTime(this.#spec) ? remoteMs(this.#spec, this.#traffic(), 1) : timeoutMs;
    const reply = await this.#ask({ kind: 'time', input, ...load }, () => allowedMs);
    if (reply.kind === 'timed') {
      const { nanoseconds, error, retries, restarted } = reply;
      // The time of a crash says nothing, as with a process of ours.
      if (error === 'crash') return { nanoseconds: null, error, retries, restarted };
      // A timer may fire a little early; a timeout took its time all the same.
      if (nanoseconds < limit && error !== 'timeout') return { nanoseconds, error, retries, restarted };
      return { nanoseconds: limit, error: 'timeout', retries, restarted };
    }
    if (reply.kind !== 'died') throw new Error(`a model's process answered ${reply.kind} to a timed request`);
    return { nanoseconds: reply.error === 'timeout' ? limit : null, error: reply.error, retries: 0, restarted: true };
  }

  /** Ends the process; what is under way is abandoned and rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    const running = this.#process;
    this.#process = null;
    // A process that could not be started has nothing to close, and whoever asked it has been told.
    const started = await running?.catch(() => null);
    await started?.close();
  }

  /** Asks until a process has answered this request or died over it. @param allowedMs how long that may take from now */
  async #ask(request: HostRequest, allowedMs: () => number): Promise<HostReply | ProcessDeath> {
    for (;;) {
      const running = await this.#running();
      const reply = await running.ask(request, allowedMs());
      if (reply.kind === 'refused')
        throw unusableFile(`Version ${this.version}: ${reply.message}`, { hint: reply.hint });
      if (reply.kind !== 'died') {
        this.#deaths = 0;
        return reply;
      }
      if (this.#deaths >= deathLimit) {
        throw unusableFile(
          `Version ${this.version} does not work: its process ended ${this.#deaths} times in a row (${reply.detail}).${running.outputTail}`,
          { hint: "Try the version's preprocess.mjs and model on one request outside canary." },
        );
      }
      if (reply.suspect && !this.#closed) return reply;
    }
  }

  #running(): Promise<ModelProcess> {
    if (this.#closed) throw new Error(`version ${this.version} was closed while requests were under way`);
    if (this.#process !== null) return this.#process;
    const { hostScript, permissions } = this.#settings;
    const starting = ModelProcess.start(hostScript, this.#spec, this.#traffic(), permissions, () => {
      this.#deaths += 1;
      if (this.#process === starting) this.#process = null;
    });
    this.#process = starting;
    return starting;
  }

  #traffic(): Traffic {
    const { timeoutMs, concurrency = 1, pauseMs = 0 } = this.#settings;
    return { timeoutMs, concurrency, pauseMs };
  }

  /**
   * How long a batch may take before its process counts as stuck. Asking one by one is always right and only slower, so
   * this may be far below the sum of the requests' own limits; a stuck process is then noticed soon.
   */
  #timeoutMs(requests: number): number {
    const { timeoutMs } = this.#settings;
    if (keepsTime(this.#spec)) {
      return remoteMs(
        this.#spec,
        this.#traffic(),
        runtimeTraits[this.#spec.runtime].takes === 'many' ? this.#underWay : requests,
      );
    }
    const expected =
      this.#slowestRequestMs === undefined ? 10 * timeoutMs : timeoutMs + 10 * this.#slowestRequestMs * requests;
    return Math.min(timeoutMs * requests, expected);
  }
}
