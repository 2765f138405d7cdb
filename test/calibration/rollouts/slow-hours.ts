import type { GuardrailResult } from '../../../src/domain/evidence.ts';
import { holdByHours } from '../../../src/gate/judge/hold-by-hours.ts';
import { blockedChange, blockErrors, type BlockSide } from '../../../src/stats/estimates/hour-blocks.ts';
import type { Linearized } from '../../../src/stats/estimates/linearized.ts';
import { Random } from '../random.ts';
import { planOf } from '../../fixtures/plain-plan.ts';

const minutesAnHour = 60;
const bound = 0.05;

/** A live split whose versions are equally fast but for shocks, each of which slows one version's pods down for so long. */
export interface ShockedLog {
  readonly hours: number;
  readonly shockMinutes: number;
  /** Hours between the beginnings of one version's shocks, on average. */
  readonly hoursBetween: number;
  /** How much slower the candidate is at all times, relatively. */
  readonly slower: number;
}

const plan = planOf([
  'requests: { source: log.jsonl }',
  'stages: [{ name: half, weight: 50% }, { name: full, weight: 1 }]',
  `guardrails: [{ metric: latency.mean, maxIncrease: ${100 * bound}% }]`,
]);

/**
 * Whether a breach of latency at any of so many looks would also hold by hours, when there are so many users that only the hours are uncertain.
 * @param lookHours hours of the log at each look, rising.
 */
export async function breachesByHours(log: ShockedLog, lookHours: readonly number[], seed: number): Promise<boolean> {
  const random = new Random(seed);
  const baseline = hoursOf(random, log, 1);
  const candidate = hoursOf(random, log, 1 + log.slower);
  for (const hours of lookHours) {
    if (await breaches(baseline.subarray(0, hours), candidate.subarray(0, hours))) return true;
  }
  return false;
}

/** The mean latency of each hour, relative to one without shocks: twice as much while one lasts. */
function hoursOf(random: Random, { hours, shockMinutes, hoursBetween }: ShockedLog, usual: number): Float64Array {
  const means = new Float64Array(hours).fill(usual);
  const untilNext = () => -Math.log(random.uniform()) * hoursBetween * minutesAnHour;
  // Before the log begins as many shocks began, some of which still last.
  for (let begins = untilNext() - shockMinutes; begins < hours * minutesAnHour; begins += untilNext()) {
    for (let minute = Math.max(0, begins); minute < begins + shockMinutes; minute += 1) {
      const hour = Math.floor(minute / minutesAnHour);
      if (hour < hours) means[hour] = (means[hour] ?? 0) + usual / minutesAnHour;
    }
  }
  return means;
}

async function breaches(baseline: Float64Array, candidate: Float64Array): Promise<boolean> {
  const [guardrail] = plan.guardrails;
  const [one] = guardrail?.bounds ?? [];
  if (guardrail === undefined || one === undefined) throw new RangeError('the plan has a bound');
  const [left, right] = [meanOf(baseline), meanOf(candidate)];
  const measured = { ...exactly(right / left - 1), baseline: left, candidate: right };
  if (measured.value <= bound) return false;
  const errors = { baseline: blockErrors(sideOf(baseline)), candidate: blockErrors(sideOf(candidate)) };
  const levels = { alphaLower: 0.05, alphaUpper: 0.05, inference: 'sequential', plannedUnits: 1000 } as const;
  const judged = {
    result: { ...breachOf, metric: guardrail.metric.id, bound: one },
    measured,
    settings: levels,
    beside: levels,
    timed: undefined,
  };
  const source = {
    scope,
    hours: async () =>
      blockedChange(
        errors.candidate.map((error, hour) => (error - (right / left) * (errors.baseline[hour] ?? 0)) / left),
      ),
  };
  const { result } = await holdByHours(source, { guardrail, bound: one, segment: null }, judged);
  return result.status === 'breach';
}

const scope = {
  judgedCohort: 'all',
  comparison: 'served',
  cohorts: [],
  segmentValues: new Map(),
  hours: new Map(),
  outcomes: { baseline: { requests: 0, errors: {} }, candidate: { requests: 0, errors: {} } },
} as const;

const breachOf: Omit<GuardrailResult, 'metric' | 'bound'> = {
  segment: null,
  onBreach: 'rollback',
  test: 'interval',
  unit: 'ms',
  status: 'breach',
  reason: '',
  needed: { units: null, requests: null },
};

/** A value that so many users make certain that nothing but the hours is left to doubt. */
function exactly(value: number): Linearized {
  const units = 1e6;
  return {
    kind: 'linearized',
    value,
    standardError: 1e-9,
    clusterSize: 1,
    floorVariance: 0,
    effectiveUnits: units,
    skewness: 0,
    units,
    requests: units,
    counted: { units, requests: units },
  };
}

function sideOf(hours: Float64Array): BlockSide {
  return { requests: new Float64Array(hours.length).fill(1), sum: hours };
}

function meanOf(hours: Float64Array): number {
  return hours.reduce((sum, hour) => sum + hour, 0) / hours.length;
}
