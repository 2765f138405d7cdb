import type { CheckResult, Evidence } from '../../domain/evidence.ts';
import { planOfSource } from '../../domain/judged.ts';
import type { RolloutPlan, Stage } from '../../domain/plan.ts';
import { isSplit } from '../../domain/stages/period.ts';
import { applicableGuardrails } from '../../verdict/applicable.ts';
import { unknownGuardrails } from '../../verdict/checks/nothing-served.ts';
import type { Judgement } from '../judge/judge-stage.ts';
import type { SourceJudgement, SourceLook } from '../look/beside.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { stagePeriods } from '../rollout/stage-periods.ts';
import { withObjects } from '../sources/objects.ts';
import type { World } from '../world.ts';
import { lookAtTold, type ToldLook } from './told-look.ts';

/** A rollout as it is for one of its plan's further sources. */
export function rolloutOfSource<R extends Pick<Rollout, 'plan'>>(rollout: R, name: string): R {
  return { ...rollout, plan: withoutCoverage(planOfSource(rollout.plan, name)) };
}

/** Which hours and segments there have to be is asked of the log. */
function withoutCoverage({ coverage: _hours, ...plan }: RolloutPlan): RolloutPlan {
  return plan;
}

/** A stage as it is asked of a further source: how many requests have to be new, or have to be told at all, is asked of the log. */
export function stageOfSource({ requests: _own, basis: _rests, newRequests: _new, ...stage }: Stage): Stage {
  return { ...stage, plannedSize: { requests: false, units: false } };
}

/**
 * Reads what the further sources of a plan say of a stage: a server is asked, and files are read. A source on which the stage judges nothing is left alone.
 * @param rollout with the plan as it is for the stage
 * @throws UserError (exit 2 or 5) as of numbers that are all that a plan has
 */
export async function lookAtSources(
  world: World,
  rollout: Rollout,
  stage: Stage,
  previous: Evidence | undefined,
  offline: boolean,
): Promise<readonly SourceLook[]> {
  const looks: SourceLook[] = [];
  for (const name of Object.keys(rollout.plan.sources ?? {})) {
    const own = rolloutOfSource(rollout, name);
    const { plan, inapplicable } = applicableGuardrails(own.plan, stage, 'numbers');
    if (plan.guardrails.length === 0) {
      looks.push({ name, judge: () => Promise.resolve({ ...nothing, guardrails: inapplicable }) });
      continue;
    }
    const asked = stageOfSource(stage);
    const { rollout: fetched } = await withObjects(world, own);
    const told = await lookAtTold(world, fetched, asked, previous?.inputs.sources?.[name], offline);
    looks.push(
      'nothing' in told
        ? {
            name,
            judge: () => {
              const why = `${name} has no numbers yet: ${told.nothing}`;
              return Promise.resolve({ ...nothing, guardrails: [...unknownGuardrails(plan, why), ...inapplicable] });
            },
          }
        : lookOf(name, told, periodCheck(rollout, stage, name, told)),
    );
  }
  return looks;
}

const nothing: SourceJudgement = { comparisons: [], guardrails: [], checks: [] };

function lookOf(name: string, { facts, lost, judge }: ToldLook, ofPeriod: readonly CheckResult[]): SourceLook {
  return {
    name,
    facts,
    lost,
    judge: async (frozen) => withNamedChecks(name, await judge(frozen), ofPeriod),
  };
}

/** What a source is not asked is the log's to answer. */
function withNamedChecks(name: string, judged: Judgement, more: readonly CheckResult[]): SourceJudgement {
  const { frozen, comparisons, guardrails } = judged;
  const checks = [...judged.checks.filter(({ status }) => status !== 'not-applicable'), ...more];
  return { frozen, comparisons, guardrails, checks: checksOfSource(name, checks) };
}

/** Checks of a further source, beside which the log has its own of the same names. */
export function checksOfSource(source: string, checks: readonly CheckResult[]): readonly CheckResult[] {
  return checks.map((check) => ({ ...check, name: `${source}: ${check.name}` }));
}

/** The further source that a check is of, by the check's name; undefined for one of the log. */
export function sourceOfCheck({ sources = {} }: Pick<RolloutPlan, 'sources'>, name: string): string | undefined {
  return Object.keys(sources).find((source) => name.startsWith(`${source}: `));
}

/** Whether the counts of a source begin when the requests of a live log do; they may end otherwise, as logs come late. */
function periodCheck(rollout: Rollout, stage: Stage, source: string, { facts }: ToldLook): readonly CheckResult[] {
  const from = stagePeriods(rollout, stage)?.periods.findLast(isSplit)?.settledFrom;
  if (facts.window === undefined || from === undefined) return [];
  const name = 'period';
  const isSame = Math.abs(Date.parse(facts.window.from) - Date.parse(from)) < 1000;
  return [
    isSame
      ? { name, status: 'pass', detail: `the counts of ${source} and the log begin together, at ${facts.window.from}` }
      : {
          name,
          status: 'warn',
          detail: `the counts of ${source} begin at ${facts.window.from}, and the requests of the log at ${from}: they are about different requests`,
        },
  ];
}
