import type { NamedSegment, SizedSegment } from '../../src/domain/segments.ts';
import type { RolloutPlan } from '../../src/domain/plan.ts';
import type { Decision } from '../../src/domain/registry.ts';
import type { Frozen } from '../../src/gate/judge/judged-stage.ts';
import { judgeStage } from '../../src/gate/judge/judge-stage.ts';
import type { Measurer } from '../../src/metrics/measurer.ts';
import type { Slice } from '../../src/metrics/table/slice.ts';
import { parsePlan } from '../../src/plan/parse-plan.ts';
import { pairedDifference } from '../../src/stats/estimates/paired-difference.ts';
import type { PairedSums } from '../../src/stats/sums/paired-sums.ts';
import { requestTotalsOf } from '../../src/stats/sums/sample.ts';
import type { TalliedUsers } from '../../src/stats/sums/user-tally.ts';
import { decide } from '../../src/verdict/decide.ts';
import { Random } from './random.ts';

/*
 * Whole rollouts on forty locales whose sizes follow Zipf's law, through the gate look by look: pairs of one request a user, of which 3% of
 * the answers differ by chance, and one locale on which the candidate loses more. Users are drawn as counts, which is all that sums need.
 */

const locales = 40;

/** Shares of users by locale, the largest first: 1 / k over the sum of them. */
export const shares: readonly number[] = (() => {
  const weights = Array.from({ length: locales }, (_, index) => 1 / (index + 1));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / all);
})();

/** What is simulated. */
export interface ZipfRollout {
  /** Users at the last look, as many a day; the plan says when its log ends. */
  readonly users: number;
  readonly looks: number;
  /** The locale that loses, from 0, and how much of its accuracy; none where nothing is lost. */
  readonly harmed?: { readonly locale: number; readonly loss: number };
}

/** Pairs of one locale so far. */
interface LocaleCounts {
  users: number;
  lost: number;
  gained: number;
}

const baselineRight = 0.85;

/** How often one of the two alone is right where nothing is lost. */
const differing = 0.015;

/** Walks one rollout look by look, as nightly jobs would, until it does not hold. @returns the last verdict. */
export async function walkZipf(rollout: ZipfRollout, seed: number): Promise<Decision> {
  const random = new Random(seed);
  const plan = planOf(rollout);
  const counts: LocaleCounts[] = shares.map(() => ({ users: 0, lost: 0, gained: 0 }));
  let frozen: Frozen | undefined;
  for (let look = 1; look <= rollout.looks; look += 1) {
    const added = Math.round((rollout.users * look) / rollout.looks) - total(counts).users;
    for (let user = 0; user < added; user += 1) draw(random, counts, rollout);
    const judgement = await judgeStage(stageOf(plan, counts, look), frozen);
    frozen = judgement.frozen;
    const { decision } = decide(judgement.guardrails, judgement.checks);
    if (decision !== 'hold') return decision;
  }
  return 'hold';
}

function draw(random: Random, counts: readonly LocaleCounts[], { harmed }: ZipfRollout): void {
  let place = random.uniform();
  let locale = 0;
  while (locale < locales - 1 && place >= (shares[locale] ?? 1)) {
    place -= shares[locale] ?? 1;
    locale += 1;
  }
  const own = counts[locale];
  if (own === undefined) throw new RangeError('a user has a locale');
  own.users += 1;
  const loss = harmed?.locale === locale ? harmed.loss : 0;
  const luck = random.uniform();
  if (luck < differing + loss) own.lost += 1;
  else if (luck < 2 * differing + loss) own.gained += 1;
}

/** The start of a day after the first, by which so many days of the log are there. */
function dayAfter(days: number): string {
  return new Date(Date.UTC(2026, 10, 1 + days)).toISOString();
}

function planOf({ looks }: ZipfRollout): RolloutPlan {
  const parsed = parsePlan({
    path: 'p.yaml',
    text: `apiVersion: canary/v1
kind: RolloutPlan
name: p
model: m
registry: r
baseline: stable
candidate: 1.1.0
requests: { source: log.jsonl, segments: { locale: context.locale }, to: '${dayAfter(looks)}' }
stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]
guardrails: [{ metric: accuracy, maxDecrease: 1pp, segments: auto }]`,
    readBase: () => {
      throw new Error('no base');
    },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return parsed.plan;
}

function stageOf(plan: RolloutPlan, counts: readonly LocaleCounts[], look: number) {
  const [stage] = plan.stages;
  if (stage === undefined) throw new RangeError('the plan has a stage');
  const all = total(counts);
  const measurer = measurerOf(counts);
  const sizes: SizedSegment[] = counts
    .map(({ users }, locale) => ({ segment: nameOf(locale), units: users }))
    .filter(({ units }) => units > 0)
    .toSorted((a, b) => b.units - a.units);
  const size = { units: all.users, requests: all.users };
  return {
    plan,
    stage,
    scope: {
      judgedCohort: 'all',
      comparison: 'paired',
      cohorts: [
        { name: 'canary', units: 0, requests: 0 },
        { name: 'stable', ...size },
        { name: 'all', ...size },
      ],
      segmentValues: new Map([
        ['locale', new Map(sizes.map(({ segment, units }) => [segment['locale'] ?? '', units]))],
      ]),
      hours: new Map(),
      outcomes: { baseline: { requests: 0, errors: {} }, candidate: { requests: 0, errors: {} } },
    },
    files: [],
    span: { first: '2026-11-01T00:00:00.000Z', last: dayAfter(look) },
    sizes,
    measurer,
    shares: measurer,
    readParity: async () => ({ numbers: [], incomparable: [], mixes: [], alphaEach: 1 }),
    readDrift: async () => undefined,
    verdictOnly: true,
  } as const;
}

function nameOf(locale: number): NamedSegment {
  return { locale: `l${locale}` };
}

function total(counts: readonly LocaleCounts[]): LocaleCounts {
  const sum = (of: (each: LocaleCounts) => number) => counts.reduce((all, each) => all + of(each), 0);
  return { users: sum(({ users }) => users), lost: sum(({ lost }) => lost), gained: sum(({ gained }) => gained) };
}

function measurerOf(counts: readonly LocaleCounts[]): Measurer {
  const countsOf = ({ segment }: Slice): LocaleCounts =>
    segment === null ? total(counts) : (counts[Number(segment['locale']?.slice(1))] ?? total([]));
  return {
    measure: async ({ metric, slice }) =>
      metric.family === 'left_out'
        ? { kind: 'uncomputable', reason: 'nothing is left out' }
        : pairedDifference(sumsOf(countsOf(slice))),
    postStratified: async () => undefined,
    tails: async () => ({}),
    tally: async ({ slice }) => tallyOf(countsOf(slice)),
  };
}

function tallyOf({ users, lost, gained }: LocaleCounts): readonly TalliedUsers[] {
  return [
    { requests: 1, change: -1, users: lost },
    { requests: 1, change: 0, users: users - lost - gained },
    { requests: 1, change: 1, users: gained },
  ].filter((each) => each.users > 0);
}

/** What users with one request each add up to, in three groups: those who lost, gained, and neither. */
function sumsOf({ users, lost, gained }: LocaleCounts): ReturnType<typeof pairedSumsOf> {
  return pairedSumsOf(users, lost, gained);
}

function pairedSumsOf(
  users: number,
  lost: number,
  gained: number,
): PairedSums | { kind: 'uncomputable'; reason: string } {
  const totals = requestTotalsOf({ units: users, sum: users, sumOfSquares: users, largest: 1 });
  if (totals.kind === 'uncomputable') return totals;
  const difference = gained - lost;
  const mean = difference / users;
  const groups = [
    { change: -1, count: lost },
    { change: 0, count: users - lost - gained },
    { change: 1, count: gained },
  ].filter(({ count }) => count > 0);
  const residual = (change: number) => (change - mean) / (1 - 1 / users);
  const columns = (of: (group: { readonly change: number; readonly count: number }) => number) =>
    Float64Array.from(groups, of);
  const right = Math.round(baselineRight * users);
  const requests = columns(() => 1);
  const units = columns(({ count }) => count);
  return {
    kind: 'pair',
    totals,
    baseline: { kind: 'column', sum: right, sumOfSquares: right, sumOfSizes: right, largest: 1 },
    candidate: {
      kind: 'column',
      sum: right + difference,
      sumOfSquares: right + difference,
      sumOfSizes: right + difference,
      largest: 1,
    },
    difference,
    residuals: {
      requests,
      units,
      squares: columns(({ change, count }) => count * residual(change) ** 2),
      cubes: columns(({ change, count }) => count * residual(change) ** 3),
    },
    contributions: {
      requests,
      units,
      total: columns(({ change, count }) => count * change),
      squares: columns(({ change, count }) => count * Math.abs(change)),
      deviations: columns(({ change, count }) => count * (change - mean) ** 2),
      withEvent: lost + gained,
      withOther: users - lost - gained,
    },
  };
}
