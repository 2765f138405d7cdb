import type { Permissions } from '../../models/host/permissions.ts';
import { unusableFile } from '../../domain/errors.ts';
import { HostedModel, type TimedRequest } from '../../models/host/hosted-model.ts';
import type { ModelSpec } from '../../domain/outcome.ts';

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

/** So many ends within one warm-up say that there is nothing to warm. */
const mostRestarts = 20;

interface StopwatchSettings {
  readonly hostScript: string;
  /** What the versions may do; all that canary may where absent. */
  readonly permissions?: Permissions | undefined;
  readonly timeoutMs: number;
  /** How many requests a server may get at once; null for as many as there are. */
  readonly concurrency: number | null;
}

/** Starts a version's process. @throws UserError (exit 5) when the version cannot be used */
export async function startStopwatch({ spec, sha256 }: TimedVersion, settings: StopwatchSettings): Promise<Stopwatch> {
  return { model: await HostedModel.open(spec, sha256, { ...settings, batch: 1 }), times: [] };
}

/**
 * Answers the first `count` requests of the sample, one by one, from the start again when there are fewer.
 *
 * @throws UserError (exit 5) when the version ends over and over, so that it never gets warm
 */
export async function warmUp({ model }: Stopwatch, inputs: readonly string[], count: number): Promise<void> {
  let restarts = 0;
  for (let index = 0; index < count; index += 1) {
    const input = inputs[index % inputs.length];
    if (input === undefined) return;
    if ((await model.time(input)).restarted) restarts += 1;
    if (restarts < mostRestarts) continue;
    throw unusableFile(
      `Version ${model.version} cannot be timed: it ended ${restarts} times over its first ${index + 1} requests.`,
      { hint: 'It has to stay alive between requests, not end after each one.' },
    );
  }
}
