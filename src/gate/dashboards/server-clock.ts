import { formatCount } from '../../domain/format-number.ts';

/** Clocks of one place differ by less, and so may an answer that came late. */
const leastSkewMs = 30_000;

/**
 * By how much a server's clock is off, in seconds, where its answers agree that it is by more than is left out after a change of weight: its counts may be
 * of another weight then.
 * @param aheadMs of each answer
 */
export function wrongClock(aheadMs: readonly number[], settleMs: number): number | undefined {
  const least = aheadMs.toSorted((one, other) => Math.abs(one) - Math.abs(other))[0] ?? 0;
  return Math.abs(least) > Math.max(settleMs, leastSkewMs) ? Math.round(least / 1000) : undefined;
}

/** What is to be told of it. */
export function clockClause(aheadSeconds: number, settleMs: number): string {
  const by = `${formatCount(Math.abs(aheadSeconds))} s ${aheadSeconds > 0 ? 'ahead of' : 'behind'} this machine's`;
  return `the metrics server's clock is ${by}, and settle leaves out ${formatCount(settleMs / 1000)} s: set the clocks, or write a longer settle`;
}
