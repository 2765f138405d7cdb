import { isDeepStrictEqual } from 'node:util';
import type { Evidence, StageLook } from '../../domain/evidence.ts';
import { isWithinSample, type UnitSample } from '../../domain/log/unit-sample.ts';
import type { Stage } from '../../domain/plan.ts';
import type { Frozen, LookRecord } from '../../domain/registry.ts';
import type { LoadedPlan } from '../rollout/load-plan.ts';

/** The look that an evaluation is, and what an earlier one froze for it. */
export interface NextLook {
  readonly stage: StageLook;
  readonly frozen?: Frozen;
  /** The same of further sources, whose series go on where the log's begins anew; absent where there are none. */
  readonly sources?: Frozen['sources'];
  /** Why a new series starts, where one does. */
  readonly newSeries?: string;
}

/** The plan of a look: sha256 of all of it, and without its end and its sample of users, which may move within a series; and that sample. */
export interface LookedAtPlan extends Pick<LoadedPlan, 'digests'> {
  readonly sample?: UnitSample | undefined;
}

/**
 * Numbers a look. A sequential bound holds for a growing log only: where the plan changed, or the requests or the sample of users do not
 * contain the previous look's, a new series starts.
 * @param recorded looks at this stage that were promoted on; they count where no earlier evidence lies here.
 * @param lost why the requests of now do not contain those of the previous look; undefined where they do.
 */
export function nextLook(
  stage: Stage,
  plan: LookedAtPlan,
  previous: Evidence | undefined,
  recorded: readonly LookRecord[],
  lost: string | undefined,
): NextLook {
  const { name, weight } = stage;
  if (previous === undefined) return afterRecorded(stage, plan, recorded.at(-1));
  const { look, series } = previous.stage;
  const isSame = isSamePlan(plan, previous);
  const newSeries = isSame ? (reasonOfSample(previous.inputs.sample, plan.sample) ?? lost) : planChanged;
  const known = isSame ? sourcesOf(previous.statistics) : {};
  if (newSeries !== undefined)
    return { stage: { name, weight, look: look + 1, series: series + 1, newSeries }, newSeries, ...known };
  const next = { name, weight, look: look + 1, series };
  // A look at nothing fixed nothing.
  return previous.cohorts.length === 0
    ? { stage: next, ...known }
    : { stage: next, frozen: frozenOf(previous.statistics), ...known };
}

/** Without evidence here, the registry knows what the last look that was promoted on froze, and for which plan. */
function afterRecorded(
  { name, weight }: Stage,
  { digests, sample }: LookedAtPlan,
  last: LookRecord | undefined,
): NextLook {
  if (last === undefined) return { stage: { name, weight, look: 1, series: 1 } };
  const [look, series] = [last.look + 1, last.series ?? 1];
  const isSame = last.plan === undefined || last.plan === digests.seriesSha256;
  const newSeries = isSame ? reasonOfSample(last.sample, sample) : planChanged;
  const known = isSame ? sourcesOf(last) : {};
  return newSeries === undefined
    ? { stage: { name, weight, look, series }, frozen: frozenOf(last), ...known }
    : { stage: { name, weight, look, series: series + 1, newSeries }, newSeries, ...known };
}

/** What a look froze of further sources. */
export function sourcesOf({ sources }: Frozen): Pick<Frozen, 'sources'> {
  return sources === undefined ? {} : { sources };
}

const planChanged = 'the plan changed since the last look';

function reasonOfSample(before: UnitSample | undefined, now: UnitSample | undefined): string | undefined {
  return isWithinSample(before, now) ? undefined : 'requests.sample leaves out users that the last look counted';
}

/** What a look froze of its log, without the rest of what tells of it. */
export function frozenOf({
  tests,
  plannedUnits,
  horizon,
  movedFrom,
  segments,
  knownSegments,
  spending,
  timings,
}: Frozen): Frozen {
  return {
    tests,
    plannedUnits,
    ...(horizon === undefined ? {} : { horizon }),
    ...(movedFrom === undefined ? {} : { movedFrom }),
    ...(segments === undefined ? {} : { segments }),
    ...(knownSegments === undefined ? {} : { knownSegments }),
    ...(spending === undefined ? {} : { spending }),
    ...(timings === undefined ? {} : { timings }),
  };
}

function isSamePlan({ digests }: LookedAtPlan, previous: Evidence): boolean {
  return previous.plan.sha256 === digests.sha256 || previous.plan.withoutEnd === digests.seriesSha256;
}

/** Whether two looks found the same: an evaluation that finds exactly what the last look found is that look. */
export function isSameLook(previous: Evidence, next: Evidence): boolean {
  return isDeepStrictEqual(written(findings(previous)), written(findings(next)));
}

/** As a file would hold it, where absent and undefined are the same. */
function written(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function findings({
  plan,
  stage,
  statistics,
  inputs,
  cohorts,
  outcomes,
  comparisons,
  drift,
  guardrails,
  checks,
}: Evidence) {
  return {
    // A plan that was renamed asks the same.
    plan: [plan.name, plan.sha256],
    stage: [stage.name, stage.weight],
    statistics,
    inputs,
    cohorts,
    outcomes,
    comparisons,
    drift,
    guardrails,
    checks,
  };
}
