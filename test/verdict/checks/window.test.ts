import { describe, expect, test } from 'vitest';
import type { Checks, Stage } from '../../../src/domain/plan.ts';
import { coverage } from '../../../src/verdict/checks/coverage.ts';
import { windowCheck } from '../../../src/verdict/checks/window.ts';

const hour = 3_600_000;
const asked = { window: { action: 'hold', minDurationMs: 24 * hour } } as const satisfies Pick<Checks, 'window'>;

function spanning(hours: number, minDurationMs?: number) {
  const stage: Pick<Stage, 'minDurationMs'> = minDurationMs === undefined ? {} : { minDurationMs };
  const first = '2026-11-01T00:00:00.000Z';
  return windowCheck(asked, stage, { first, last: new Date(Date.parse(first) + hours * hour).toISOString() }, 'paired');
}

describe('the window', () => {
  test('of a day passes although its last request comes before midnight', () => {
    expect(spanning(23.9).status).toBe('pass');
  });

  test('that is shorter says by how much', () => {
    expect(spanning(6.5)).toEqual({
      name: 'window',
      status: 'hold',
      detail:
        'the requests span 6 h 30 min (2026-11-01 00:00 to 2026-11-01 06:30 UTC), less than the 24 h required: a shorter window may miss other hours and other users',
    });
  });

  test('that a stage asks for comes before the plan', () => {
    expect(spanning(48, 168 * hour).detail).toContain('less than the 7 days required');
    expect(spanning(2, hour).status).toBe('pass');
  });

  test('tells of requests that are far from all others', () => {
    const stray = { requests: 3, example: '2019-01-01T00:00:00.000Z' };
    const span = { first: '2026-11-01T00:00:00.000Z', last: '2026-11-01T06:30:00.000Z', stray };
    expect(windowCheck(asked, {}, span, 'paired').detail).toContain(
      'the requests span 6 h 30 min (2026-11-01 00:00 to 2026-11-01 06:30 UTC, without 3 requests far from all others, such as of 2019-01-01 00:00), less than',
    );
    expect(windowCheck(asked, { minDurationMs: hour }, span, 'paired')).toMatchObject({ status: 'pass', told: true });
  });

  test('without a request is none', () => {
    expect(windowCheck(asked, {}, { first: null, last: null }, 'paired').status).toBe('hold');
  });

  test('that is short holds what compares other users and warns of pairs, where the plan does not say', () => {
    const unwritten = { window: { minDurationMs: 24 * hour } };
    const span = { first: '2026-11-01T00:00:00.000Z', last: '2026-11-01T06:30:00.000Z' };
    expect(windowCheck(unwritten, {}, span, 'served').status).toBe('hold');
    expect(windowCheck(unwritten, {}, span, 'paired').status).toBe('warn');
    expect(windowCheck({ window: { ...unwritten.window, action: 'warn' } }, {}, span, 'served').status).toBe('warn');
  });
});

/** Fifty requests in each of these hours, over days. */
function by(hours: readonly number[]) {
  return {
    hours: new Map(hours.map((each) => [each, 50])),
    segments: new Map<string, Map<string, number>>(),
    spansDays: true,
  };
}

describe('hours without a request', () => {
  test('are told over midnight too', () => {
    const day = Array.from({ length: 13 }, (_, index) => 7 + index);
    expect(coverage(undefined, by(day)).detail).toContain('from 20:00 to 06:59 UTC');
  });

  test('are not told of a log that has some in each part of the day', () => {
    expect(coverage(undefined, by([0, 7, 14, 21])).status).toBe('not-applicable');
  });

  test('are not told where the plan says which hours matter, nor of a log shorter than a day', () => {
    expect(coverage({ hours: [8, 9], segments: {}, minRequests: 30 }, by([8, 9])).status).toBe('pass');
    expect(coverage(undefined, { ...by([8, 9]), spansDays: false }).status).toBe('not-applicable');
  });
});
