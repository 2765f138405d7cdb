import type { ComparisonKind, CohortSize } from '../../../src/domain/evidence.ts';
import type { RolloutPlan, Stage } from '../../../src/domain/plan.ts';
import type { Decision, Frozen } from '../../../src/domain/registry.ts';
import type { SizedSegment } from '../../../src/domain/segments.ts';
import { type Judgement, judgeStage } from '../../../src/gate/judge/judge-stage.ts';
import type { LaterPart } from '../../../src/gate/judge/judged-stage.ts';
import type { Measurer } from '../../../src/metrics/measurer.ts';
import { decide } from '../../../src/verdict/decide.ts';

/** The start of a day after the first, by which so many days of the log are there. */
export function dayAfter(days: number): string {
  return new Date(Date.UTC(2026, 10, 1 + days)).toISOString();
}

/** What a look at the first stage of a plan finds. */
export interface GateLook {
  readonly days: number;
  readonly comparison: ComparisonKind;
  readonly units: number;
  readonly requests: number;
  /** Of the units in a live split, those of the candidate. */
  readonly canaryUnits?: number;
  readonly sizes?: readonly SizedSegment[];
  readonly measurer: Measurer;
  readonly later?: readonly LaterPart[];
  /** Whether what is told beside the verdict is asked for too, such as the data that would decide. */
  readonly tells?: boolean;
}

/** Judges one look as the gate does, which gets the numbers of a simulation instead of a log's. */
export async function lookAt(
  plan: RolloutPlan,
  look: GateLook,
  frozen: Frozen | undefined,
): Promise<Judgement & { readonly decision: Decision }> {
  const { sizes = [], measurer, units, requests, canaryUnits = 0, comparison, later, tells = false } = look;
  const dimension = Object.keys(plan.requests.segments)[0];
  const values = new Map(sizes.map((each) => [each.segment[dimension ?? ''] ?? '', each.units]));
  const judgement = await judgeStage(
    {
      plan,
      stage: firstStage(plan),
      scope: {
        judgedCohort: 'all',
        comparison,
        cohorts: cohortsOf(units, requests, canaryUnits),
        segmentValues: new Map(dimension === undefined ? [] : [[dimension, values]]),
        hours: new Map(),
        outcomes: { baseline: { requests: 0, errors: {} }, candidate: { requests: 0, errors: {} } },
      },
      files: [],
      span: { first: dayAfter(0), last: dayAfter(look.days) },
      sizes,
      measurer,
      shares: measurer,
      readParity: async () => ({ numbers: [], incomparable: [], mixes: [], alphaEach: 1 }),
      readDrift: async () => undefined,
      ...(later === undefined ? {} : { later }),
      verdictOnly: !tells,
    },
    frozen,
  );
  return { ...judgement, decision: decide(judgement.guardrails, judgement.checks).decision };
}

function firstStage({ stages: [stage] }: RolloutPlan): Stage {
  if (stage === undefined) throw new RangeError('the plan has a stage');
  return stage;
}

function cohortsOf(units: number, requests: number, canaryUnits: number): readonly CohortSize[] {
  const share = units === 0 ? 0 : canaryUnits / units;
  return [
    { name: 'canary', units: canaryUnits, requests: Math.round(requests * share) },
    { name: 'stable', units: units - canaryUnits, requests: requests - Math.round(requests * share) },
    { name: 'all', units, requests },
  ];
}
