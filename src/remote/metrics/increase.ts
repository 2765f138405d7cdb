import type { CountedSeries } from './counted-series.ts';

/** The window that counts are about, in ms since 1970. */
export interface CountWindow {
  readonly beginMs: number;
  readonly endMs: number;
}

/** So many intervals without a sample are a gap; and a window of fewer intervals than `fewest` counts nothing. */
const longestPause = 3;
const fewestIntervals = 4;

/** Each time that a counter begins anew, up to an interval of its counts is lost: so many times are too many where they come to such a share of its time. */
const fewestResets = 3;
const mostLost = 0.1;

/**
 * What a counter rose by within a window: the last value minus the one that it began with, and what it had before each time that it began anew. A
 * counter that appears within the window began at 0, unless nothing of its kind has a sample before the window: then the server's data begin there.
 * @param known whether any series of its kind has a sample before the window
 */
export function increaseOf({ before, first, last, resets }: CountedSeries, known: boolean): number {
  const begin = before?.[1] ?? (known ? 0 : first[1]);
  const lost = resets.reduce((sum, reset) => sum + reset.lost, 0);
  return last[1] - begin + lost;
}

/**
 * Why the samples of one version's counters are not about the window: too few of them, a loss within one, or a time in which none of them has any.
 * @param series of what was served, of which there is always some
 * @returns a clause; undefined where they are about all of it
 */
export function outOfWindow(series: readonly CountedSeries[], { beginMs, endMs }: CountWindow): string | undefined {
  const intervalMs = Math.max(0, ...series.map((each) => each.intervalMs ?? 0));
  if (intervalMs === 0) return 'no series has two samples in the window';
  if (endMs - beginMs < fewestIntervals * intervalMs) {
    return `the window is ${seconds(endMs - beginMs)} long, but samples come every ${seconds(intervalMs)}: it needs ${fewestIntervals} of them`;
  }
  for (const each of series) {
    const loss = lossIn(each);
    if (loss !== undefined) return loss;
  }
  return uncovered(series, intervalMs, { beginMs, endMs });
}

/**
 * Why one counter did not count all of its time: a pause that is longer than a scrape or two that were missed, or a process that begins anew so often that much of what it counted was never
 * scraped. A process that crashes on a request takes the request's count with it.
 */
export function lossIn({ gap, intervalMs, resets, first, last }: CountedSeries): string | undefined {
  if (intervalMs === undefined) return undefined;
  const every = `samples come every ${seconds(intervalMs)}`;
  if (gap !== undefined && gap.toMs - gap.fromMs > longestPause * intervalMs)
    return `a series has no sample from ${time(gap.fromMs)} to ${time(gap.toMs)}, and ${every}`;
  const lostMs = resets.length * intervalMs;
  if (resets.length < fewestResets || lostMs <= mostLost * (last[0] - first[0])) return undefined;
  return `a series began anew ${resets.length} times from ${time(first[0])} to ${time(last[0])}, and ${every}: what it counted before is lost`;
}

/** Replicas come and go, but one of them is always there. */
function uncovered(
  series: readonly CountedSeries[],
  intervalMs: number,
  { beginMs, endMs }: CountWindow,
): string | undefined {
  const most = longestPause * intervalMs;
  let until = beginMs;
  for (const { before, first, last } of series.toSorted((left, right) => left.first[0] - right.first[0])) {
    if (before === undefined && first[0] - until > most) return nothingFrom(until, first[0]);
    until = Math.max(until, last[0]);
  }
  return endMs - until > most ? nothingFrom(until, endMs) : undefined;
}

function nothingFrom(from: number, to: number): string {
  return `no series has a sample from ${time(from)} to ${time(to)}`;
}

function time(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

function seconds(ms: number): string {
  return `${Math.round(ms) / 1000} s`;
}
