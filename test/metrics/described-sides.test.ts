import { describe, expect, test } from 'vitest';
import { confusionChanges } from '../../src/metrics/confusion-changes.ts';
import { latencyCurves } from '../../src/metrics/quantiles/latency-curves.ts';
import type { StageScope } from '../../src/metrics/table/stage-scope.ts';
import { judgedDatabase, type JudgedRow } from './judged-rows.ts';

function scope(comparison: StageScope['comparison'], judgedCohort: StageScope['judgedCohort'] = 'all'): StageScope {
  const outcomes = { requests: 0, errors: {} };
  return {
    judgedCohort,
    comparison,
    cohorts: [],
    segmentValues: new Map(),
    hours: new Map(),
    outcomes: { baseline: outcomes, candidate: outcomes },
  };
}

async function table(rows: readonly JudgedRow[]) {
  return { db: await judgedDatabase(rows), name: 'judged' };
}

const timed = (unit: number, baselineMs: number, candidateMs: number, inCanary = true): JudgedRow => ({
  unit,
  inCanary,
  baseline: { latencyMs: baselineMs },
  candidate: { latencyMs: candidateMs },
});

describe('latency curves', () => {
  test('of pairs are each version on the same requests', async () => {
    const rows = Array.from({ length: 101 }, (_, index) => timed(index, index, index * 2));
    const untimed = { unit: 200, baseline: { latencyMs: 9000 }, candidate: {} };
    const curves = await latencyCurves(await table([...rows, untimed]), scope('paired'));
    expect(curves).toMatchObject({ comparison: 'paired', cohort: 'all' });
    const at = (probability: number) => curves?.probabilities.indexOf(probability) ?? -1;
    expect(curves?.baseline.requests).toBe(101);
    expect(curves?.baseline.ms[at(0.5)]).toBe(50);
    expect(curves?.candidate.ms[at(0.5)]).toBe(100);
    expect(curves?.candidate.ms[at(0.99)]).toBeCloseTo(198, 9);
  });

  test('have as many points for a long log as for a short one, and rise', async () => {
    const short = await latencyCurves(await table([timed(1, 3, 4)]), scope('paired'));
    const long = await latencyCurves(
      await table(Array.from({ length: 400 }, (_, index) => timed(index, (index * 7919) % 997, index))),
      scope('paired'),
    );
    expect(short?.baseline.ms).toHaveLength(long?.probabilities.length ?? 0);
    const ms = long?.baseline.ms ?? [];
    expect(ms).toEqual(ms.toSorted((a, b) => a - b));
  });

  test('of a served comparison are each version on the users that it served', async () => {
    const rows = [
      { unit: 1, inCanary: true, candidate: { latencyMs: 20 }, baseline: { latencyMs: 1 } },
      { unit: 2, inCanary: false, baseline: { latencyMs: 10 } },
    ];
    const curves = await latencyCurves(await table(rows), scope('served'));
    expect(curves?.cohort).toBe('canary');
    expect(curves?.candidate).toMatchObject({ requests: 1 });
    expect(new Set(curves?.candidate.ms)).toEqual(new Set([20]));
    expect(new Set(curves?.baseline.ms)).toEqual(new Set([10]));
  });

  test('are absent where one version was never timed', async () => {
    expect(
      await latencyCurves(await table([{ unit: 1, baseline: { latencyMs: 4 } }]), scope('paired')),
    ).toBeUndefined();
    expect(await latencyCurves(await table([]), scope('served'))).toBeUndefined();
  });
});

const answered = (id: string, label: string, baseline: string, candidate: string, inCanary = true): JudgedRow => ({
  id,
  unit: 1,
  inCanary,
  label,
  baseline: { label: baseline },
  candidate: { label: candidate },
});

describe('confusion changes', () => {
  test('of pairs count what only one version answered right, and name the first new mistakes', async () => {
    const rows = [
      answered('r4', 'refund', 'refund', 'order'),
      answered('r2', 'refund', 'refund', 'order'),
      answered('r3', 'refund', 'refund', 'other'),
      answered('r1', 'refund', 'refund', 'order'),
      answered('r5', 'refund', 'order', 'refund'),
      answered('r6', 'refund', 'order', 'other'),
      answered('r7', 'order', 'order', 'order'),
      { id: 'r8', unit: 1, label: 'order', baseline: { label: 'order' }, candidate: { error: 'timeout' } },
    ];
    expect(await confusionChanges(await table(rows), scope('paired'))).toEqual({
      comparison: 'paired',
      cohort: 'all',
      labels: 2,
      changes: [
        {
          label: 'refund',
          baseline: { requests: 6, correct: 4 },
          candidate: { requests: 6, correct: 1 },
          pairs: {
            newMistakes: 4,
            fixed: 1,
            mistakenFor: [
              { label: 'order', requests: 3 },
              { label: 'other', requests: 1 },
            ],
            examples: ['r1', 'r2', 'r3'],
          },
        },
        {
          label: 'order',
          baseline: { requests: 2, correct: 2 },
          candidate: { requests: 2, correct: 1 },
          pairs: { newMistakes: 1, fixed: 0, mistakenFor: [{ label: '(no answer)', requests: 1 }], examples: ['r8'] },
        },
      ],
    });
  });

  test('of a served comparison are shares alone, and keep to the cohorts', async () => {
    const rows = [
      { unit: 1, inCanary: true, label: 'refund', candidate: { label: 'order' } },
      { unit: 2, inCanary: false, label: 'refund', baseline: { label: 'refund' } },
    ];
    expect(await confusionChanges(await table(rows), scope('served'))).toEqual({
      comparison: 'served',
      cohort: 'canary',
      labels: 1,
      changes: [{ label: 'refund', baseline: { requests: 1, correct: 1 }, candidate: { requests: 1, correct: 0 } }],
    });
  });

  test('say of each segment what they say of a label, and where more was lost than chance loses once in 20', async () => {
    const own = Array.from({ length: 5 }, (_, index) => ({
      ...answered(`r${index}`, 'refund', 'refund', 'order'),
      locale: 'is',
    }));
    const others = Array.from({ length: 4 }, (_, index) => ({
      ...answered(`q${index}`, 'order', 'order', index === 0 ? 'refund' : 'order'),
      locale: 'de',
    }));
    const segmentValues = new Map([['locale', new Map()]]);
    const found = await confusionChanges(await table([...own, ...others]), { ...scope('paired'), segmentValues });
    expect(found?.segments).toEqual([
      {
        segment: { locale: 'is' },
        baseline: { requests: 5, correct: 5 },
        candidate: { requests: 5, correct: 0 },
        pairs: { newMistakes: 5, fixed: 0 },
        worse: true,
      },
      {
        segment: { locale: 'de' },
        baseline: { requests: 4, correct: 4 },
        candidate: { requests: 4, correct: 3 },
        pairs: { newMistakes: 1, fixed: 0 },
      },
    ]);
    expect(found?.changes.map(({ worse }) => worse)).toEqual([true, undefined]);
  });

  test('keep the 50 labels that lost most of many', async () => {
    const rows = Array.from({ length: 80 }, (_, index) => {
      const label = `label-${String(index).padStart(2, '0')}`;
      return answered(`r${index}`, label, label, index === 70 ? 'label-00' : label);
    });
    const confusion = await confusionChanges(await table(rows), scope('paired'));
    expect(confusion?.labels).toBe(80);
    expect(confusion?.changes).toHaveLength(50);
    expect(confusion?.changes[0]?.label).toBe('label-70');
  });

  test('are absent where no truth is known', async () => {
    const rows = [{ unit: 1, baseline: { label: 'a' }, candidate: { label: 'b' } }];
    expect(await confusionChanges(await table(rows), scope('paired'))).toBeUndefined();
  });
});
