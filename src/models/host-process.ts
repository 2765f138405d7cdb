import { Worker } from 'node:worker_threads';
import { messageOf, UserError } from '../domain/errors.ts';
import type { Model, ModelSpec, Outcome } from '../domain/outcome.ts';
import { failure } from './decode.ts';
import type { HostReply, HostRequest } from './host-protocol.ts';
import { loadModel } from './load-model.ts';
import { toColumns } from './outcome-columns.ts';

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
  self.on('disconnect', () => self.exit(0));
  endWithParent(self);

  let answer: (request: HostRequest) => Promise<HostReply> = (request) => load(request);
  const load = async (request: HostRequest): Promise<HostReply> => {
    if (request.kind !== 'load') return { kind: 'refused', message: 'no model is loaded', hint: undefined };
    try {
      const model = await loadModel(request.spec);
      answer = (next) => respond(model, request.spec, next);
      return { kind: 'loaded', backend: model.backend };
    } catch (error) {
      const hint = error instanceof UserError ? error.hint : undefined;
      return { kind: 'refused', message: messageOf(error), hint };
    }
  };
  let queue = Promise.resolve();
  self.on('message', (request: HostRequest) => {
    queue = queue.then(async () => void send(await answer(request)));
  });
}

async function respond(model: Model, spec: ModelSpec, request: HostRequest): Promise<HostReply> {
  if (request.kind === 'load') return { kind: 'refused', message: 'a model is loaded already', hint: undefined };
  if (request.kind === 'predict') {
    const { output } = spec.signature;
    const outcomes = await predict(model, request.inputs, request.batch);
    return { kind: 'predicted', columns: toColumns(outcomes, output.kind === 'classification' ? output.labels : []) };
  }
  const input = parse(request.input);
  if ('broken' in input) return { kind: 'timed', nanoseconds: 0, error: 'model-error' };
  const inputs = [input.value];
  const start = performance.now();
  const [outcome] = await model.predict(inputs);
  const nanoseconds = Math.round((performance.now() - start) * 1e6);
  return { kind: 'timed', nanoseconds, error: outcome === undefined || outcome.ok ? null : outcome.error };
}

/** Predicts JSON texts in batches of `batch`, the last of which may be smaller. */
async function predict(model: Model, texts: readonly string[], batch: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let start = 0; start < texts.length; start += batch) {
    const parsed = texts.slice(start, start + batch).map(parse);
    const answers = await model.predict(parsed.flatMap((input) => ('broken' in input ? [] : [input.value])));
    let next = 0;
    for (const input of parsed) {
      outcomes.push('broken' in input ? input.broken : (answers[next++] ?? noAnswer));
    }
  }
  return outcomes;
}

const noAnswer = failure('bad-response', 'the model returned nothing for this request');

function parse(text: string): { readonly value: unknown } | { readonly broken: Outcome } {
  try {
    const value: unknown = JSON.parse(text);
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
