import type { ModelSpec } from '../../domain/outcome.ts';
import { runtimeTraits } from '../../domain/registry.ts';
import { connectionLimit, type Traffic } from './host-protocol.ts';

/** The longest time that a timer of Node takes. */
const longestTimerMs = 2 ** 31 - 1;
/** What a process may need beside the time that its server takes. */
const spareMs = 5000;

/** Whether the version's process ends each request in time by itself. */
export function keepsTime({ runtime }: ModelSpec): boolean {
  return runtimeTraits[runtime].keepsTime;
}

/**
 * How long a batch may take before its process counts as stuck, where a server or a program computes the version. Its process
 * ends each request in time by itself, however slow those are, and is stuck only where the version's own code is.
 *
 * @param requests that have to be answered in that time: a server's time runs while those of earlier calls are, a program's
 *   only when they were
 */
export function remoteMs(spec: ModelSpec, { timeoutMs, concurrency, pauseMs }: Traffic, requests: number): number {
  const atOnce = runtimeTraits[spec.runtime].takes === 'one' ? 1 : Math.min(concurrency ?? requests, connectionLimit);
  const startMs = 'startTimeoutMs' in spec ? spec.startTimeoutMs : 0;
  const rounds = Math.ceil(requests / atOnce);
  return Math.min(rounds * (timeoutMs + startMs) + requests * pauseMs + spareMs, longestTimerMs);
}
