import { describe, expect, test } from 'vitest';
import { type BusyMinute, logSpan } from '../../../src/domain/log/log-span.ts';
import { seeded } from '../../gate/planted-log.ts';

const start = Date.UTC(2026, 10, 2);
const hour = 3_600_000;

/** Minutes of requests at these hours after the start. */
function minutesAt(hours: readonly number[]): BusyMinute[] {
  return hours
    .map((each) => start + Math.round(each * hour))
    .toSorted((a, b) => a - b)
    .map((at) => ({ first: at, last: at, requests: 1 }));
}

/** So many requests, evenly from one hour on to another. */
function evenly(requests: number, from: number, to: number): number[] {
  return Array.from({ length: requests }, (_, index) => from + ((to - from) * index) / (requests - 1));
}

function hoursOf(hours: readonly number[]): number {
  const { first, last } = logSpan(minutesAt(hours));
  return (Date.parse(last ?? '') - Date.parse(first ?? '')) / hour;
}

describe('the span of a log', () => {
  test.each([
    ['one request of years before', [-60_000]],
    ['one of next month', [720]],
    ['one at either end', [-60_000, 720]],
    ['a batch of 2%', evenly(20, 700, 720)],
    ['a batch of 2% over weeks', evenly(20, -900, -100)],
    ['one ten hours later', [24]],
  ])('leaves out %s', (_what, stray) => {
    expect(hoursOf([...evenly(1000, 0, 14), ...stray])).toBe(14);
  });

  test('tells how many are left out, and when one of them was', () => {
    expect(logSpan(minutesAt([...evenly(1000, 0, 14), -10, 720])).stray).toEqual({
      requests: 2,
      example: '2026-11-01T14:00:00.000Z',
    });
  });

  test.each([
    ['of 50 requests', evenly(50, 0, 24), 24],
    ['of few requests', [0, 1, 2, 24], 24],
    ['of two days with a weekend between them', [...evenly(500, 0, 8), ...evenly(500, 72, 80)], 80],
    [
      'of office hours, whose last day has just begun',
      [0, 24, 48].flatMap((day) => evenly(300, day, day + 8)).concat(72),
      72,
    ],
    ['of a day with hardly a request at night', [...evenly(8, 0, 8), ...evenly(984, 8, 18), ...evenly(8, 18, 24)], 24],
    ['of many in the same minute', [...Array<number>(50).fill(0), ...Array<number>(50).fill(24)], 24],
    ['of more than 2% far away', [...evenly(970, 0, 14), ...evenly(40, 700, 720)], 720],
  ])('is that from the first to the last %s', (_what, hours, span) => {
    expect(hoursOf(hours)).toBe(span);
    expect(logSpan(minutesAt(hours))).not.toHaveProperty('stray');
  });

  test('is nothing without requests', () => {
    expect(logSpan([])).toEqual({ first: null, last: null });
  });

  test('is whole in 999 of 1,000 days whose requests come by day nine times as often as by night', () => {
    const draw = seeded(5);
    let cut = 0;
    for (let log = 0; log < 1000; log += 1) {
      const hours: number[] = [];
      while (hours.length < 200) {
        const at = 24 * draw();
        if (draw() < 0.55 - 0.45 * Math.cos((2 * Math.PI * at) / 24)) hours.push(at);
      }
      if (logSpan(minutesAt(hours)).stray !== undefined) cut += 1;
    }
    expect(cut).toBeLessThanOrEqual(1);
  });
});
