import type { CheckResult, Evidence } from '../../domain/evidence.ts';
import { UserError } from '../../domain/errors.ts';
import type { Stage } from '../../domain/plan.ts';
import type { StageScope } from '../../metrics/table/stage-scope.ts';
import { resolveRequestFiles } from '../../requests/files/request-files.ts';
import { applicableGuardrails } from '../../verdict/applicable.ts';
import { nothingServedCheck, unknownGuardrails } from '../../verdict/checks/nothing-served.ts';
import { plannedTests, rollbackTests } from '../../verdict/guardrail-tests.ts';
import type { Beside } from '../look/beside.ts';
import { concludeLook } from '../look/conclude-look.ts';
import { versionFacts } from '../outcomes/timed-version.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { StagePeriods } from '../rollout/stage-periods.ts';
import type { World } from '../world.ts';

/** Why a stage that rests on what was served has no log; undefined where there is one, or where there should be one. */
export async function logToCome(
  { plan, folder }: Rollout,
  periods: StagePeriods | undefined,
): Promise<string | undefined> {
  if (periods === undefined || periods.weightNow !== 0) return undefined;
  try {
    await resolveRequestFiles(folder, plan.requests.source);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** What a look at nothing is concluded from. */
export interface NothingServed {
  readonly beside: Beside;
  /** As a clause. */
  readonly why: string;
  readonly checks: readonly CheckResult[];
}

/** Concludes a look at a stage that rests on what was served, and nothing was: it holds and says how it begins. */
export async function concludeNothing(
  world: World,
  rollout: Rollout,
  stage: Stage,
  previous: Evidence | undefined,
  { beside, why, checks }: NothingServed,
): Promise<Evidence> {
  const { file, baseline, candidate } = rollout;
  const { plan, inapplicable } = applicableGuardrails(rollout.plan, stage, 'live');
  const served = nothingServedCheck(stage, candidate.version, file, why);
  return await concludeLook(world, rollout, stage, previous, {
    inputs: { requests: [], baseline: versionFacts(baseline), candidate: versionFacts(candidate) },
    scope: nobody,
    beside,
    judge: async () =>
      await Promise.resolve({
        frozen: { tests: Math.max(1, rollbackTests(plannedTests(plan.guardrails, () => []))), plannedUnits: 1 },
        comparisons: [],
        guardrails: [...unknownGuardrails(plan, `${candidate.version} has served nothing yet`), ...inapplicable],
        checks: [served, ...checks],
      }),
  });
}

const nobody: StageScope = {
  judgedCohort: 'canary',
  comparison: 'served',
  cohorts: [],
  segmentValues: new Map(),
  hours: new Map(),
  outcomes: { baseline: { requests: 0, errors: {} }, candidate: { requests: 0, errors: {} } },
};
