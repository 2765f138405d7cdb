import { describe, expect, test } from 'vitest';
import type { ModelRegistry, RolloutRecord } from '../../../src/domain/registry.ts';
import { lintPlan } from '../../../src/plan/lint/lint-plan.ts';
import type { LogFacts, PlanFacts } from '../../../src/plan/lint/plan-facts.ts';
import { asLine, examplePlan, parsed, planWith } from '../plan-text.ts';

const hourMs = 3_600_000;

function hoursOf(first: number, last: number): ReadonlyMap<number, number> {
  return new Map(Array.from({ length: last - first + 1 }, (_, index) => [first + index, 50]));
}

const log: LogFacts = {
  requests: 1000,
  spanMs: 72 * hourMs,
  hours: hoursOf(0, 23),
  segments: new Map([
    [
      'locale',
      new Map([
        ['en-US', 600],
        ['de-DE', 400],
      ]),
    ],
  ]),
};

const facts: PlanFacts = { artifactBytes: {}, otherSalts: new Map(), log, undecidable: [] };

const version = {
  status: 'registered',
  artifact: { runtime: 'recorded' },
  data_hash: 'sha256:data',
  code_hash: 'sha256:code',
  signature: { output: { kind: 'classification', labels: ['a', 'b'] } },
} as const;

function lint(known: Partial<PlanFacts>, text = examplePlan, rollouts: ModelRegistry['rollouts'] = {}): string[] {
  const registry: ModelRegistry = {
    schemaVersion: 1,
    model: 'intent',
    revision: 0,
    aliases: { stable: '1.4.2' },
    traffic: {},
    versions: { '1.4.2': version, '1.5.0': { ...version, data_hash: 'sha256:more' } },
    rollouts,
    history: [],
  };
  const found = lintPlan({ ...parsed(text), registry, facts: { ...facts, ...known } });
  return found.map((finding) => `${finding.rule} ${asLine(finding)}`);
}

test('a careful plan on a good log has no findings', () => {
  expect(lint({})).toEqual([]);
});

describe('steps', () => {
  test('a step that more than quintuples exposure is a leap', () => {
    expect(lint({}, planWith('weight: 0.25', 'weight: 0.4'))).toEqual([
      'growing-steps rollouts/a.yaml:21:13 the step from 5% to 40% exposes 8 times as many users; add a stage of 25% or less between them',
    ]);
  });

  test('a step of exactly five times is none', () => {
    expect(lint({}, planWith('weight: 0.25', 'weight: 0.25'))).toEqual([]);
    expect(lint({}, planWith('weight: 0.25', 'weight: 20%'))).toEqual([]);
  });
});

describe('a larger artifact', () => {
  const larger = { artifactBytes: { baseline: 1000, candidate: 1600 } };
  const withoutShadow = planWith('  - { name: shadow, weight: 0, minRequests: 2000 }\n', '');

  test('needs a shadow stage before users get it', () => {
    expect(lint(larger, withoutShadow)).toEqual([
      "shadow-before-growth rollouts/a.yaml:18:5 the candidate's artifact is 1.6 times the size of the baseline's, and users get it without a shadow stage; begin with { name: shadow, weight: 0 }",
    ]);
  });

  test('has one, or is not that much larger', () => {
    expect(lint(larger)).toEqual([]);
    expect(lint({ artifactBytes: { baseline: 1000, candidate: 1500 } }, withoutShadow)).toEqual([]);
  });
});

describe('a salt', () => {
  const record: RolloutRecord = { baseline: '1.4.2', candidate: '1.5.0', entered: [], looks: [] };

  test('of another plan of the model picks the same users again', () => {
    const found = lint({ otherSalts: new Map([['intent-1.4.9', 'intent-1.5.0']]) });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(
      'the rollout intent-1.4.9 has the same salt, so the same users get both candidates first',
    );
  });

  test('that is the name of a rollout that was is one that was used', () => {
    const text = planWith('stages:\n', 'assignment: { salt: intent-1.4.2 }\nstages:\n');
    expect(lint({}, text, { 'intent-1.4.2': record }).join('')).toContain('fresh-salt rollouts/a.yaml:17:21');
  });

  test('of its own is fine, also where the rollout began', () => {
    expect(lint({ otherSalts: new Map([['other', 'other']]) }, examplePlan, { 'intent-1.5.0': record })).toEqual([]);
  });
});

describe('a window', () => {
  test('shorter than a day lacks hours', () => {
    expect(lint({ log: { ...log, spanMs: 6.52 * hourMs } })).toEqual([
      'long-window rollouts/a.yaml:9:1 the log spans 6.5 hours, so it lacks hours of the day; record at least a day, better a week',
    ]);
  });

  test('without hours that the plan wants covered is told at the plan', () => {
    expect(lint({ log: { ...log, hours: hoursOf(0, 18) } })).toEqual([
      'long-window rollouts/a.yaml:33:13 the log has no request at 19:00, 20:00, which the plan wants covered: every stage will hold; record these hours, or name fewer',
    ]);
  });

  test('of a day, but for a few minutes, is long enough', () => {
    expect(lint({ log: { ...log, spanMs: 23.9 * hourMs } })).toEqual([]);
  });
});

describe('a segment', () => {
  const hours = new Map([
    ['10', 900],
    ['11', 100],
  ]);

  test('of more than a tenth of the traffic that no guardrail looks at could hide a loss', () => {
    const segments = new Map([...log.segments, ['hour', hours]]);
    expect(lint({ log: { ...log, segments } })).toEqual([
      'guarded-segments rollouts/a.yaml:14:11 no guardrail looks at hour (10 90% of the traffic), so a loss in one of them could go unnoticed; add segments: [hour] to a guardrail, or segments: auto',
    ]);
  });

  test('is looked at where a guardrail names it or takes all', () => {
    const segments = new Map([...log.segments, ['hour', hours]]);
    expect(lint({ log: { ...log, segments } }, planWith('segments: [locale] }', 'segments: [locale, hour] }'))).toEqual(
      [],
    );
    expect(lint({ log: { ...log, segments } }, planWith('segments: [locale] }', 'segments: auto }'))).toEqual([]);
  });
});

test('a guardrail that the log can never decide is named with the reason', () => {
  expect(lint({ undecidable: [{ guardrail: 2, reason: 'no request has a label' }] })).toEqual([
    'decidable-guardrails rollouts/a.yaml:29:15 this log can never decide accuracy: no request has a label; record what it needs, or delete the guardrail: with it every stage holds',
  ]);
});

describe('a live split', () => {
  const live = planWith('fields: { unit: session.id }', 'fields: { unit: session.id, servedBy: version }');

  test('tells what users did, so that a KPI should be guarded', () => {
    expect(lint({}, live).filter((finding) => finding.startsWith('guarded-business'))).toEqual([
      'guarded-business rollouts/a.yaml:26:1 no guardrail on a KPI, so a candidate that costs revenue would pass; add { metric: kpi.revenue, maxDecrease: 2% } with a field of your log',
    ]);
  });

  test('with a guardrail on a KPI is fine, and a replay is not asked for one', () => {
    const guarded = live.replace('guardrails:\n', 'guardrails:\n  - { metric: kpi.revenue, maxDecrease: 2% }\n');
    expect(lint({}, guarded).filter((finding) => finding.startsWith('guarded-business'))).toEqual([]);
    expect(lint({})).toEqual([]);
  });
});
