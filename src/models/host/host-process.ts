import { hrtime } from 'node:process';
import { Worker } from 'node:worker_threads';
import { ownOutput } from '../../domain/label-map.ts';
import { messageOf, UserError } from '../../domain/errors.ts';
import type { Model, Outcome } from '../../domain/outcome.ts';
import type { Signature } from '../../domain/registry.ts';
import { failure, translate } from '../decode.ts';
import type { HostReply, HostRequest, LoadedRequest, Numbered, TimedReply } from './host-protocol.ts';
import { loadModel } from '../load-model.ts';
import { toColumns } from '../outcome-columns.ts';
import { ownPeakMemory } from './child-process.ts';

/**
 * The program of a model's own process: loads one version and answers the gate until the channel to it closes.
 *
 * @param self the process to serve in, which must have been started with a channel to its parent
 */
export function serveModel(self: NodeJS.Process): void {
  const send = self.send?.bind(self);
  if (send === undefined) throw new Error('This program is started by canary, which asks it for predictions.');
  // Ctrl-C reaches every process of the terminal; it is the parent that decides what to do about it.
  self.on('SIGINT', () => undefined);
  self.on('SIGTERM', () => undefined);
  endWithParent(self);

  let loaded: Model | undefined;
  let underWay = 0;
  self.on('exit', () => loaded?.abandon?.());
  self.on('disconnect', () => {
    // Whoever asked no longer waits, so neither does this process while it is at work.
    if (loaded === undefined || underWay > 0) self.exit(0);
    void loaded.close().finally(() => self.exit(0));
  });
  let answer: (request: HostRequest) => Promise<HostReply> = (request) => load(request);
  const load = async (request: HostRequest): Promise<HostReply> => {
    if (request.kind !== 'load') return { kind: 'refused', message: 'no model is loaded', hint: undefined };
    try {
      const { spec, traffic } = request;
      const own = { ...spec.signature, output: ownOutput(spec.signature.output) };
      const model = await loadModel({ ...spec, signature: own }, self.env, traffic);
      loaded = model;
      answer = (next) => respond(model, request.spec.signature, next);
      return { kind: 'loaded', backend: model.backend, oneByOne: model.oneByOne ?? null };
    } catch (error) {
      return refusal(error);
    }
  };
  let queue = Promise.resolve();
  self.on('message', (request: Numbered<HostRequest>) => {
    underWay += 1;
    const respondTo = async (): Promise<void> => {
      const reply = await answer(request).catch((error: unknown) => {
        // A version that can answer nothing any more says why; everything else is a crash of this process.
        if (error instanceof UserError) return refusal(error);
        throw error;
      });
      underWay -= 1;
      send({ ...reply, id: request.id });
    };
    if (loaded?.concurrent === true) void respondTo();
    else queue = queue.then(respondTo);
  });
}

function refusal(error: unknown): HostReply {
  return { kind: 'refused', message: messageOf(error), hint: error instanceof UserError ? error.hint : undefined };
}

async function respond(model: Model, { output }: Signature, request: HostRequest): Promise<HostReply> {
  if (request.kind === 'load') return { kind: 'refused', message: 'a model is loaded already', hint: undefined };
  if (request.kind === 'predict') {
    const batch = model.concurrent === true ? request.inputs.length : request.batch;
    const outcomes = await predict(model, request.inputs, batch);
    const translated = outcomes.map((outcome) => translate(outcome, output));
    const columns = toColumns(translated, output.kind === 'classification' ? output.labels : []);
    const peakMemory = model.peakMemory === undefined ? ownPeakMemory() : model.peakMemory();
    return { kind: 'predicted', columns, peakMemory };
  }
  const input = parse(request.input, model);
  if ('broken' in input) return { kind: 'timed', nanoseconds: 0, error: 'model-error', retries: 0, restarted: false };
  return await time(model, input.value, request.load);
}

/** Times one request, under load from the moment at which it was to be sent. */
async function time(model: Model, input: unknown, load: LoadedRequest | undefined): Promise<TimedReply> {
  const inputs = [input];
  const start = load?.sentAt ?? hrtime.bigint();
  const elapsed = (): number => Number(hrtime.bigint() - start);
  const limit = load === undefined ? Infinity : load.timeoutMs * 1e6;
  // Whoever asked has gone away, as from any queue that is too long.
  if (elapsed() >= limit) return { kind: 'timed', nanoseconds: limit, error: 'timeout', retries: 0, restarted: false };
  const deadline = load === undefined ? undefined : performance.now() + (limit - elapsed()) / 1e6;
  const { restarts } = model;
  const [outcome] = await model.predict(inputs, deadline);
  const nanoseconds = elapsed();
  const error = outcome === undefined || outcome.ok ? null : outcome.error;
  return { kind: 'timed', nanoseconds, error, retries: outcome?.retries ?? 0, restarted: model.restarts !== restarts };
}

/** Predicts JSON texts in batches of `batch`, the last of which may be smaller. */
async function predict(model: Model, texts: readonly string[], batch: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let start = 0; start < texts.length; start += batch) {
    const parsed = texts.slice(start, start + batch).map((text) => parse(text, model));
    const answers = await model.predict(parsed.flatMap((input) => ('broken' in input ? [] : [input.value])));
    let next = 0;
    for (const input of parsed) {
      outcomes.push('broken' in input ? input.broken : (answers[next++] ?? noAnswer));
    }
  }
  return outcomes;
}

const noAnswer = failure('bad-response', 'the model returned nothing for this request');

function parse(text: string, model: Model): { readonly value: unknown } | { readonly broken: Outcome } {
  try {
    const value: unknown = model.parse === undefined ? JSON.parse(text) : model.parse(text);
    return { value };
  } catch (error) {
    return { broken: failure('model-error', `the input is not JSON: ${messageOf(error)}`) };
  }
}

/**
 * Ends this process soon after its parent died. A model that is stuck in a loop never gets to see the channel close,
 * so a thread of its own has to look, once a second, whether the process has been handed to another parent.
 */
function endWithParent(self: NodeJS.Process): void {
  const guard = `
    const { workerData } = require('node:worker_threads');
    setInterval(() => { if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL'); }, 1000);`;
  new Worker(guard, { eval: true, workerData: self.ppid }).unref();
}
