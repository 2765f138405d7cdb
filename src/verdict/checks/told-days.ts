import type { CheckResult, Segment } from '../../domain/evidence.ts';
import { formatShare } from '../../domain/format-number.ts';

/** A weight, and since when it has been in force (ISO 8601). */
export interface InForce {
  readonly weight: number;
  readonly from: string;
}

const isoDay = /^\d{4}-\d{2}-\d{2}$/u;

/** Whether any of the days that numbers are told of, which are taken to be in UTC, is of the weight in force. Nothing is asked where there are no days. */
export function toldDaysCheck(segments: readonly Segment[], inForce: InForce | undefined): readonly CheckResult[] {
  const days = segments
    .flatMap((segment) => Object.values(segment ?? {}))
    .filter((value) => isoDay.test(value))
    .toSorted();
  const newest = days.at(-1);
  if (newest === undefined || inForce === undefined) return [];
  const { weight, from } = inForce;
  const name = 'days';
  if (newest >= from.slice(0, newest.length)) return [{ name, status: 'pass', detail: `the newest day is ${newest}` }];
  return [
    {
      name,
      status: 'hold',
      detail: `the newest day is ${newest}, and the weight of ${formatShare(weight)} has been in force since ${from}: no number is about it`,
    },
  ];
}
