import type { Decision, Frozen } from '../../../src/domain/registry.ts';
import type { Measurer } from '../../../src/metrics/measurer.ts';
import type { Measured } from '../../../src/metrics/table/estimate.ts';
import { meanLooks } from '../mean-run.ts';
import type { Population } from '../populations.ts';
import { quantileLooks } from '../quantile-run.ts';
import { Random } from '../random.ts';
import { type Quantity, type Scenario, truthOf } from '../scenario.ts';
import type { Look } from '../tally.ts';
import { lookAt } from './gate-look.ts';
import { planOf } from '../../fixtures/plain-plan.ts';

const nights = 30;

/** A log that grows by as many users every night, to whom users of earlier nights come back; the plan says nothing about its end. */
export interface NightlyLog {
  readonly usersANight: number;
  readonly mostRequests: number;
  readonly population: Population;
  readonly quantity: Extract<Quantity, { kind: 'difference' | 'quantile-difference' }>;
  /** What the plan allows; the truth where absent. */
  readonly bound?: number;
  /** Whether the plan fixes its end, which is the last night. */
  readonly isPlanned?: boolean;
  /** The metric as the plan names it; what it allows is an increase unless something else is said. */
  readonly metric: string;
  readonly harm?: 'maxIncrease' | 'maxDecrease';
}

/** Looks at a log every night through the gate until it does not hold, for thirty nights. @returns the last verdict. */
export async function walkNights(log: NightlyLog, seed: number): Promise<Decision> {
  const { usersANight, mostRequests, population, quantity } = log;
  const units = usersANight * nights;
  const traffic = { units, firstUnits: usersANight, looks: nights, mostRequests, tail: 1.2, isEven: true };
  const scenario: Scenario = { quantity, population, traffic, plannedUnits: 0 };
  const plan = nightlyPlan(log, log.bound ?? truthOf(scenario));
  const looks = quantity.kind === 'difference' ? meanLooks : quantileLooks;
  let [frozen, night]: [Frozen | undefined, number] = [undefined, 0];
  for (const found of looks(new Random(seed), scenario)) {
    night += 1;
    const measured = asMeasured(found);
    const size = measured.kind === 'uncomputable' ? { units: night * usersANight, requests: 1 } : measured;
    const judged = await lookAt(
      plan,
      {
        days: night,
        comparison: quantity.design.kind,
        units: night * usersANight,
        requests: size.requests,
        ...(quantity.design.kind === 'served'
          ? { canaryUnits: Math.round(quantity.design.candidateShare * night * usersANight) }
          : {}),
        measurer: always(measured),
      },
      frozen,
    );
    frozen = judged.frozen;
    if (judged.decision !== 'hold') return judged.decision;
  }
  return 'hold';
}

function nightlyPlan(log: NightlyLog, bound: number) {
  const { metric, quantity, harm = 'maxIncrease', isPlanned = false, usersANight } = log;
  const { design, relative } = quantity;
  const weight = design.kind === 'served' ? design.candidateShare : 0;
  return planOf([
    'requests: { source: log.jsonl }',
    `stages: [{ name: first, weight: ${weight} }, { name: full, weight: 1 }]`,
    ...(isPlanned ? [`statistics: { inference: planned, plannedUnits: ${usersANight * nights} }`] : []),
    `guardrails: [{ metric: ${metric}, ${harm}: ${100 * bound}${relative ? '%' : 'pp'} }]`,
  ]);
}

function always(measured: Measured): Measurer {
  return {
    measure: async ({ metric }) =>
      metric.family === 'left_out' ? { kind: 'uncomputable', reason: 'nothing is left out' } : measured,
    postStratified: async () => undefined,
    tails: async () => ({}),
    tally: async () => undefined,
  };
}

/** What a log without an interval has left. */
function asMeasured(look: Look): Measured {
  return look.kind === 'refused' ? { kind: 'valueOnly', value: 0, units: 0, requests: 1, refusal: look } : look;
}
