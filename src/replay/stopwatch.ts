import { HostedModel, type TimedRequest } from '../models/hosted-model.ts';
import type { ModelSpec } from '../domain/outcome.ts';

/** A version to be timed: what to load, and the digest that its artifact must have. */
export interface TimedVersion {
  readonly spec: ModelSpec;
  readonly sha256: string;
}

/** A version's process and what it was timed at. */
export interface Stopwatch {
  readonly model: HostedModel;
  readonly times: TimedRequest[];
}

interface StopwatchSettings {
  readonly hostScript: string;
  readonly timeoutMs: number;
  /** How many requests a server may get at once; null for as many as there are. */
  readonly concurrency: number | null;
}

/** Starts a version's process. @throws UserError (exit 5) when the version cannot be used */
export async function startStopwatch({ spec, sha256 }: TimedVersion, settings: StopwatchSettings): Promise<Stopwatch> {
  return { model: await HostedModel.open(spec, sha256, { ...settings, batch: 1 }), times: [] };
}

/** Answers the first `count` requests of the sample, one by one, from the start again when there are fewer. */
export async function warmUp({ model }: Stopwatch, inputs: readonly string[], count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const input = inputs[index % inputs.length];
    if (input !== undefined) await model.time(input);
  }
}
