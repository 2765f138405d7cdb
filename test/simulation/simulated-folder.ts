import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { OutputSignature } from '../../src/domain/registry.ts';
import type { World } from '../../src/gate/world.ts';
import { baseline, candidate, keptForTheRun, type PlanKeys, TestRollout } from '../fixtures/test-rollout.ts';

/** What a log is made of; users are drawn from `users` names, each with some locale of their own. */
export interface SimulatedLogOptions {
  readonly requests: number;
  readonly users: number;
  /** `paired`: each record has both versions' outcomes; `served`: the one of the version that its user gets. */
  readonly outcomes?: 'paired' | 'served';
  readonly labels?: readonly string[];
  readonly errors?: number;
  readonly days?: number;
}

const classes = ['refund', 'track', 'agent'];
const locales = ['en-US', 'en-US', 'de-DE', 'fr-FR'];
const start = Date.UTC(2026, 0, 5);
const day = 86_400_000;

/** Records of a seeded log: users with a pace of their own, requests that both versions find easy or hard. */
export function seededRecords(options: SimulatedLogOptions): Record<string, unknown>[] {
  const { requests, users, outcomes = 'paired', labels = classes, errors = 0.01, days = 3 } = options;
  const generator = xoroshiro128plus(7);
  const uniform = () => uniformFloat64(generator);
  const pick = <T>(values: readonly T[]): T => {
    const value = values[Math.floor(uniform() * values.length)];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  };
  const people = Array.from({ length: users }, (_, user) => ({
    name: `user${user}`,
    locale: pick(locales),
    pace: 0.7 + 0.6 * uniform(),
    version: uniform() < 0.5 ? baseline : candidate,
  }));
  return Array.from({ length: requests }, (_, index) => {
    const person = pick(people);
    const label = pick(labels);
    const difficulty = uniform();
    const wait = person.pace * (30 + 40 * uniform() ** 3);
    const outcome = () => {
      const latency_ms = wait * (0.9 + 0.2 * uniform());
      if (uniform() < errors) return { latency_ms, error: 'timeout' };
      const right = difficulty * 0.8 + uniform() * 0.2 < 0.9;
      const answer = right ? label : pick(labels.filter((each) => each !== label));
      const score = 0.4 + 0.6 * uniform();
      const rest = (1 - score) / (labels.length - 1);
      return {
        latency_ms,
        prediction: { scores: Object.fromEntries(labels.map((l) => [l, l === answer ? score : rest])) },
      };
    };
    const both: Readonly<Record<string, unknown>> = { [baseline]: outcome(), [candidate]: outcome() };
    return {
      request_id: `r${String(index).padStart(6, '0')}`,
      timestamp: new Date(start + Math.floor((index / requests) * days * day)).toISOString(),
      user_id: person.name,
      context: { locale: person.locale },
      revenue: Math.round(100 * uniform()),
      label,
      outcomes: outcomes === 'paired' ? both : { [person.version]: both[person.version] },
    };
  });
}

export interface SimulatedFolder {
  readonly folder: string;
  readonly world: World;
  /** What was noted for a person. */
  readonly notes: readonly string[];
}

/** A folder with a plan, a log and a registry of two versions whose outcomes are recorded. */
export function simulatedFolder(
  records: readonly Record<string, unknown>[],
  guardrails: readonly string[],
  {
    output = { kind: 'classification', labels: classes },
    stages = '[{ name: shadow, weight: 0 }, { name: canary-10, weight: 10% }, { name: full, weight: 1 }]',
    plan = {},
  }: { readonly output?: OutputSignature; readonly stages?: string; readonly plan?: PlanKeys } = {},
): SimulatedFolder {
  const rollout = new TestRollout(
    {
      plan: {
        name: 'simulated',
        requests: '{ source: log.jsonl, segments: { locale: context.locale } }',
        stages,
        guardrails,
        ...plan,
      },
      version: { signature: { output } },
      files: { 'log.jsonl': records },
    },
    keptForTheRun,
  );
  const { folder, notes } = rollout;
  return { folder, notes, world: { ...rollout.world, now: () => new Date('2026-12-31T00:00:00Z') } };
}
