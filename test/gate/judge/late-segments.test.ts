import { describe, expect, test } from 'vitest';
import { nextLook } from '../../../src/gate/look/next-look.ts';
import { latePosition, ofDimensions, withAppeared } from '../../../src/verdict/appearance.ts';
import { segmentDivisor } from '../../../src/verdict/guardrail-tests.ts';
import { type PlantedRecord, plantedRollout, planLines, seeded } from '../planted-log.ts';

const start = Date.parse('2026-11-01T00:00:00Z');

/** Pairs in which the candidate is right a little less often, by three requests of each user. */
function logOf(locales: Readonly<Record<string, number>>): PlantedRecord[] {
  const random = seeded(5);
  return Object.entries(locales).flatMap(([locale, users]) =>
    Array.from({ length: users * 3 }, (_, index) => {
      const luck = random();
      return {
        request_id: `${locale}-${index}`,
        timestamp: start + Math.floor(random() * 48 * 3_600_000),
        user_id: `${locale}-${index % users}`,
        label: 'a',
        context: { locale },
        outcomes: {
          '1.0.0': { prediction: luck < 0.9 ? 'a' : 'b', latency_ms: 40 },
          '1.1.0': { prediction: luck < 0.86 ? 'a' : 'b', latency_ms: 40 },
        },
      };
    }),
  );
}

describe('a segment of a named dimension that the first look did not know', () => {
  let rollout: ReturnType<typeof plantedRollout>;

  test('is tested at a part of what one more test would have', async () => {
    const plan = [
      'requests: { source: log.jsonl, segments: { locale: context.locale } }',
      'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]',
      'guardrails: [{ metric: accuracy, maxDecrease: 4pp, segments: [locale] }]',
    ];
    rollout = plantedRollout().write('log.jsonl', logOf({ en: 300, de: 100 }));
    const first = await rollout.evaluate(planLines(plan));
    expect(first.statistics).toMatchObject({ tests: 4, knownSegments: 2 });
    // The same users under other names, so that their numbers are those of de.
    const late = logOf({ en: 300, de: 100 })
      .slice(900)
      .map((record) => ({
        ...record,
        request_id: `late-${String(record['request_id'])}`,
        user_id: `late-${String(record['user_id'])}`,
        context: { locale: 'pl' },
      }));
    rollout.write('log.jsonl', [...logOf({ en: 300, de: 100 }), ...late]);
    const second = await rollout.evaluate(planLines(plan));
    expect(second.stage).toMatchObject({ look: 2, series: 1 });
    expect(second.statistics).toMatchObject({ tests: 4, knownSegments: 2 });
    expect(second.statistics.segments?.at(-1)).toEqual({ locale: 'pl' });
    const boundsOf = (locale: string) => second.guardrails.find(({ segment }) => segment?.['locale'] === locale);
    // A breach is proven by the upper bound, which is farther away at a smaller level; a pass by the lower one, which is not shared.
    expect(boundsOf('pl')?.value).toBe(boundsOf('de')?.value);
    expect(boundsOf('pl')?.low).toBe(boundsOf('de')?.low);
    expect(boundsOf('pl')?.high).toBeGreaterThan(boundsOf('de')?.high ?? Infinity);
  });
});

describe('the order of appearance', () => {
  const de = { locale: 'de' };
  const [pl, ios, fr] = [{ locale: 'pl' }, { device: 'ios' }, { locale: 'fr' }];

  test('counts late segments from 1, of the dimensions that a guardrail names alone', () => {
    const all = withAppeared({ order: [de], known: 1 }, [ios, de, pl, fr]);
    expect(all).toEqual({ order: [de, ios, pl, fr], known: 1 });
    const locales = ofDimensions(all, (dimension) => dimension === 'locale');
    expect([de, pl, fr].map((segment) => latePosition(locales, segment))).toEqual([0, 1, 2]);
    expect(segmentDivisor(0)).toBe(1);
  });
});

function planOf(digit: string) {
  return { digests: { sha256: '0'.repeat(64), seriesSha256: digit.repeat(64) } };
}

describe('without evidence on this machine', () => {
  const stage = {
    name: 'half',
    weight: 0.5,
    minRequests: 1,
    minUnits: 1,
    plannedSize: { requests: false, units: false },
  };
  const recorded = {
    stage: 'half',
    look: 3,
    series: 2,
    plan: 'a'.repeat(64),
    at: '2026-11-01T00:00:00.000Z',
    verdict: 'hold',
    evidence: 'sha256:0',
    tests: 1,
    plannedUnits: 500,
  } as const;

  test('a look at the plan that the registry knows goes on with what was frozen', async () => {
    const look = nextLook(stage, planOf('a'), undefined, [recorded], undefined);
    expect(look).toEqual({
      stage: { name: 'half', weight: 0.5, look: 4, series: 2 },
      frozen: { tests: 1, plannedUnits: 500 },
    });
  });

  test('another plan starts another series, at its own number of tests', async () => {
    const look = nextLook(stage, planOf('b'), undefined, [recorded], undefined);
    expect(look.stage).toMatchObject({ look: 4, series: 3 });
    expect(look.frozen).toBeUndefined();
    expect(look.newSeries).toBe('the plan changed since the last look');
  });
});
