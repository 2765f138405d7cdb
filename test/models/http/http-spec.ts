import { onTestFinished } from 'vitest';
import type { HttpEndpoint } from '../../../src/domain/endpoint.ts';
import { answerOf, type HttpModelSpec, type Model, type Outcome } from '../../../src/domain/outcome.ts';
import type { Signature } from '../../../src/domain/registry.ts';
import type { Traffic } from '../../../src/models/host/host-protocol.ts';
import { loadHttpModel } from '../../../src/models/http/http-model.ts';

/** Petal and sepal sizes to a kind of iris. */
export const irisSignature: Signature = {
  input: { kind: 'tensor', shape: [4] },
  output: { kind: 'classification', labels: ['setosa', 'versicolor', 'virginica'] },
};

export function specOf(endpoint: HttpEndpoint, signature: Signature = irisSignature): HttpModelSpec {
  return { version: '1.0.0', runtime: 'http', endpoint, signature };
}

interface Options {
  readonly signature?: Signature;
  readonly environment?: Readonly<Record<string, string>>;
  readonly traffic?: Partial<Traffic>;
}

/** A version on a server, which is let go when the test is over. */
export async function openEndpoint(endpoint: HttpEndpoint, options: Options = {}): Promise<Model> {
  const { signature = irisSignature, environment = {}, traffic = {} } = options;
  const limits = { timeoutMs: 1000, concurrency: 4, pauseMs: 0, ...traffic };
  const model = await loadHttpModel(specOf(endpoint, signature), environment, limits);
  onTestFinished(() => model.close());
  return model;
}

/** What a version says: a label or a number, or the kind of its error. */
export function said(outcomes: readonly Outcome[]): (string | number)[] {
  return outcomes.map((outcome) => {
    if (!outcome.ok) return outcome.error;
    return answerOf(outcome.prediction);
  });
}

/** What a version on a server says to inputs. */
export async function saidBy(endpoint: HttpEndpoint, inputs: readonly unknown[], signature = irisSignature) {
  return said(await (await openEndpoint(endpoint, { signature })).predict(inputs));
}
