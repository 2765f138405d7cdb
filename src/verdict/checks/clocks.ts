import type { CheckResult } from '../../domain/evidence.ts';
import { countOf } from '../../domain/format-number.ts';
import type { NewestRequest } from '../../domain/log/newest-request.ts';

/** Clocks of one place differ by less. */
const leastSkewMs = 30_000;

/** What is further away is no clock: the check `log reading` tells of times that are misread, and archives write times of their own choosing. */
const mostSkewMs = 86_400_000;

/** By how much a request is later than what knows better. */
interface Ahead {
  readonly path: string;
  readonly at: string;
  readonly ms: number;
  readonly than: string;
  /** What to do about it. */
  readonly remedy: string;
}

/**
 * Whether the clock of the servers that wrote a log can be that of the weights. No request comes after now, nor after its file was last written; where one of a live log does by more
 * than is left out after a change of weight, requests of one weight count for the next, which holds.
 * @param now of this machine, ISO 8601
 */
export function clocksCheck(
  newest: readonly NewestRequest[],
  { now, settleMs, isLive }: { readonly now: string; readonly settleMs: number; readonly isLive: boolean },
): CheckResult {
  const name = 'clocks';
  const [worst] = newest
    .flatMap((file) => aheadOf(file, now))
    .filter(({ ms }) => isWrong(ms, settleMs))
    .toSorted((one, other) => other.ms - one.ms);
  if (worst === undefined) return { name, status: 'pass', detail: 'no request is of a time that had not come yet' };
  const { path, at, ms, than, remedy } = worst;
  const found = `${path} has requests of up to ${at}, ${minutes(ms)} after ${than}: one of the two clocks is wrong`;
  if (!isLive) return { name, status: 'warn', detail: found };
  return {
    name,
    status: 'hold',
    detail: `${found}, and settle leaves out ${minutes(settleMs)} after a change of weight, so that requests from before it count as if they came after; ${remedy}, or write settle: ${Math.ceil(ms / 60_000) + 1}m`,
  };
}

function aheadOf({ path, at, written }: NewestRequest, now: string): Ahead[] {
  const known = [
    { time: now, than: "this machine's time", remedy: 'set the clocks (times without a zone are read as UTC)' },
    ...(written === undefined
      ? []
      : [
          {
            time: written,
            than: 'the file was last written',
            remedy: 'set the clocks, or give a copied file the time at which it was written',
          },
        ]),
  ];
  return known.map(({ time, ...told }) => ({ path, at, ms: Date.parse(at) - Date.parse(time), ...told }));
}

function isWrong(ms: number, settleMs: number): boolean {
  return ms > Math.max(settleMs, leastSkewMs) && ms <= mostSkewMs;
}

/**
 * What to tell a person of a file that was last written long after its newest request. Lines that come late look the same as a clock that is behind, which moves requests into an earlier
 * period: the one in force then has fewer than it could, and none that are not its own, so that nothing holds.
 * @returns a clause; undefined where there is nothing to tell
 */
export function lateClause(newest: readonly NewestRequest[], settleMs: number): string | undefined {
  const [last] = newest.toSorted((one, other) => (one.at < other.at ? 1 : -1));
  if (last?.written === undefined) return undefined;
  const ms = Date.parse(last.written) - Date.parse(last.at);
  if (!isWrong(ms, settleMs)) return undefined;
  return `${last.path} was last written ${minutes(ms)} after its newest request (${last.at}): its lines come late, or the clock of the servers that write them is behind, and their requests then count for an earlier weight`;
}

function minutes(ms: number): string {
  return ms < 60_000 ? countOf(Math.round(ms / 1000), 'second') : `${Math.round(ms / 60_000)} min`;
}
