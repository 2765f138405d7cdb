import type { Frozen } from '../../domain/registry.ts';
import type { Evidence } from '../../domain/evidence.ts';
import type { SourceFacts } from '../../domain/log/source-facts.ts';
import type { Stage } from '../../domain/plan.ts';
import { holdsVersionNumbers } from '../../domain/told-number.ts';
import type { StageScope } from '../../metrics/table/stage-scope.ts';
import type { Judgement } from '../judge/judge-stage.ts';
import type { Beside } from '../look/beside.ts';
import { concludeLook } from '../look/conclude-look.ts';
import { isMove } from '../../registry/file/rollout-state.ts';
import { weightPeriods } from '../../registry/file/weight-periods.ts';
import { toldDaysCheck } from '../../verdict/checks/told-days.ts';
import { versionFacts } from '../outcomes/timed-version.ts';
import { movedFiles, movedText } from '../rollout/request-prefix.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { servedShare } from '../rollout/served-share.ts';
import type { World } from '../world.ts';
import { judgeTold, requireDimensions, scopeOfTold } from './judge-told.ts';
import { readToldStage, type ToldStage } from './read-told.ts';
import { readServerStage } from './told-by-server.ts';

/** What numbers say of a stage, before the look is numbered. */
export interface ToldLook {
  readonly facts: SourceFacts;
  readonly scope: StageScope;
  readonly lost: string | undefined;
  readonly judge: (frozen: Frozen | undefined) => Promise<Judgement>;
}

/**
 * Reads the numbers per version of a plan's requests, which somebody else counted, and can judge a stage on them.
 * @param before what was read of them at the last look
 * @param offline judges what a metrics server said then instead of asking it
 * @returns why there cannot be any numbers yet, as a clause, where there cannot
 */
export async function lookAtTold(
  world: World,
  rollout: Rollout,
  stage: Stage,
  before: Partial<SourceFacts> | undefined,
  offline: boolean,
): Promise<ToldLook | { readonly nothing: string }> {
  const { plan, folder } = rollout;
  const { format } = plan.requests;
  if (!holdsVersionNumbers(format)) throw new RangeError('numbers per version have their own format');
  const isAsked = format === 'prometheus';
  const told = isAsked
    ? await readServerStage(world, rollout, stage, before, offline)
    : await readToldStage(rollout, stage);
  if ('nothing' in told) return told;
  const scope = scopeOfTold(told.numbers);
  requireDimensions(plan, scope);
  return {
    facts: { format, requests: told.files, ...(told.window === undefined ? {} : { window: told.window }) },
    scope,
    // A line more is another number, not more of the same requests; what a server counts since the same time is.
    lost: isAsked ? told.lost : movedText(await movedFiles(folder, before?.requests ?? [], { fixed: true })),
    judge: (frozen) => judgeTold(plan, stage, withDays(told, rollout), scope, frozen, servedShare(rollout, stage)),
  };
}

/** Numbers of days, with whether any of them is of the weight in force. */
function withDays(told: ToldStage, rollout: Rollout): ToldStage {
  const { plan, registry, candidate } = rollout;
  const history = registry.history.some(isMove) ? weightPeriods(registry, candidate.version) : [];
  const last = (plan.requests.weights ?? history).at(-1);
  const inForce = last !== undefined && last.weight > 0 && last.weight < 1 ? last : undefined;
  const days = toldDaysCheck(
    told.numbers.map(({ segment }) => segment),
    inForce,
  );
  return { ...told, checks: [...(told.checks ?? []), ...days] };
}

/** What judging a stage's numbers needs beside them. */
export interface ToldOptions {
  readonly beside: Beside;
  readonly offline: boolean;
}

/**
 * Judges a stage on numbers per version: nothing else is read, and no version runs for it.
 * @returns why there cannot be any numbers yet, as a clause, where there cannot
 */
export async function evaluateTold(
  world: World,
  rollout: Rollout,
  stage: Stage,
  previous: Evidence | undefined,
  { beside, offline }: ToldOptions,
): Promise<Evidence | { readonly nothing: string }> {
  const told = await lookAtTold(world, rollout, stage, saidBefore(previous), offline);
  if ('nothing' in told) return told;
  const { facts, ...look } = told;
  const versions = { baseline: versionFacts(rollout.baseline), candidate: versionFacts(rollout.candidate) };
  return await concludeLook(world, rollout, stage, previous, { ...look, inputs: { ...facts, ...versions }, beside });
}

function saidBefore(previous: Evidence | undefined): Partial<SourceFacts> | undefined {
  if (previous === undefined) return undefined;
  const { format, requests, window } = previous.inputs;
  return {
    requests,
    ...(holdsVersionNumbers(format) ? { format } : {}),
    ...(window === undefined ? {} : { window }),
  };
}
