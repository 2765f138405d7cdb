import { basisOf } from '../../domain/judged.ts';
import { UserError } from '../../domain/errors.ts';
import { ExitCode } from '../../domain/exit-code.ts';
import type { Decision } from '../../domain/registry.ts';
import { rolloutState } from '../../registry/file/rollout-state.ts';
import { applyPlan } from '../act/apply.ts';
import { attestEvidence } from '../act/attest.ts';
import { promote } from '../act/promote.ts';
import { type Evaluation, evaluateRollout } from '../evaluate/evaluate.ts';
import { mirrorChange } from '../mirror/mirror.ts';
import { announce } from '../notify/announce.ts';
import { openRollout, type Rollout, stageOf } from '../rollout/rollout.ts';
import type { World } from '../world.ts';

/** What a tick may do beside looking. */
export interface TickOptions {
  /** Enters what may be entered, and takes out what is proven bad. */
  readonly auto: boolean;
  /** The stage after which nothing is entered any more. */
  readonly until?: string;
  /** Private key that signs the evidence. */
  readonly key?: string;
  /** Report files of each look. */
  readonly report?: readonly string[];
}

/** What became of a plan in a tick. */
export interface Tick {
  readonly plan: string;
  /** `done`: nothing is left to do here. */
  readonly did: 'looked' | 'entered' | 'completed' | 'rolled-back' | 'held' | 'done' | 'failed';
  readonly stage?: string;
  readonly verdict?: Decision;
  readonly why: string;
  /** Share of the candidate after it, in [0, 1]. */
  readonly weight?: number;
  /** The evaluation that it rests on. */
  readonly evaluation?: Evaluation;
}

/**
 * Looks at the next stage of a plan once and, with `auto`, acts on what it finds. Where the candidate has traffic and the next stage is replayed, the next
 * stage that rests on what is served is judged first, since that is what shows a breach among users: nobody else gets a candidate that fails those who have it.
 * @param stillMine throws where another watcher has the model by now
 * @throws UserError as `evaluate` and `promote` do; nothing was entered then
 */
export async function tick(
  world: World,
  file: string,
  options: TickOptions,
  stillMine: () => Promise<void>,
): Promise<Tick> {
  try {
    return await walk(world, file, options, stillMine);
  } finally {
    // The last, so that a mirror that does not answer keeps nobody from being taken out. It also makes up for what was missed before.
    if (options.auto && !world.signal.aborted) await mirrorChange(world, file);
  }
}

async function walk(world: World, file: string, options: TickOptions, stillMine: () => Promise<void>): Promise<Tick> {
  await announce(world, file);
  const rollout = await applied(world, file, options);
  const ended = endedTick(rollout, file, options);
  if (ended !== undefined) return ended;
  const stage = stageOf(rollout, undefined);
  const guard = nextLive(rollout);
  if (guard !== undefined && guard.name !== stage.name) {
    const guarded = await evaluateRollout(world, rollout, guard, {});
    const outcome = await act(world, file, guarded, options, stillMine, ['rollback']);
    if (outcome.did === 'rolled-back') return outcome;
  }
  const reported = options.report === undefined ? {} : { report: options.report };
  const evaluation = await evaluateRollout(world, await openRollout(world, file), stage, reported);
  return await act(world, file, evaluation, options, stillMine, ['increase', 'rollback']);
}

/** The rollout, once the router has what the registry says. */
async function applied(world: World, file: string, { auto }: TickOptions): Promise<Rollout> {
  const rollout = await openRollout(world, file);
  if (!auto || rollout.registry.applied !== false) return rollout;
  await applyPlan(world, file);
  return await openRollout(world, file);
}

function endedTick({ plan, registry, record }: Rollout, file: string, { until }: TickOptions): Tick | undefined {
  const state = rolloutState(registry, plan.name);
  if (state === 'rolled-back') return { plan: file, did: 'rolled-back', why: 'the candidate is out of traffic' };
  if (state === 'complete') return { plan: file, did: 'done', why: 'every stage was entered' };
  const isThere = until !== undefined && record?.entered.includes(until) === true;
  return isThere ? { plan: file, did: 'done', why: `stage ${until} was entered` } : undefined;
}

/** The next stage that rests on what is served, while users have the candidate. */
function nextLive({ plan, registry, record, candidate }: Rollout) {
  if ((registry.traffic[candidate.version] ?? 0) === 0) return undefined;
  const entered = new Set(record?.entered);
  return plan.stages.find((stage) => !entered.has(stage.name) && basisOf(plan, stage) === 'live');
}

const didOf: Readonly<Record<string, Tick['did'] | undefined>> = {
  enter: 'entered',
  complete: 'completed',
  rollback: 'rolled-back',
};

async function act(
  world: World,
  file: string,
  evaluation: Evaluation,
  { auto, key }: TickOptions,
  stillMine: () => Promise<void>,
  on: readonly Decision[],
): Promise<Tick> {
  const { evidence, evidenceFile } = evaluation;
  const { verdict, stage } = evidence;
  const { decision, reasons } = verdict;
  const told = { plan: file, stage: stage.name, verdict: decision, why: reasons[0] ?? '', evaluation };
  if (decision === 'hold') await announce(world, file, undefined, { event: 'hold-new', reasons, stage: stage.name });
  if (!auto || !on.includes(decision)) return { ...told, did: decision === 'hold' ? 'held' : 'looked' };
  if (key !== undefined && evidenceFile !== undefined) await attestEvidence(world, evidenceFile, { key });
  await stillMine();
  try {
    const promotion = await promote(world, file, { stage: stage.name });
    const failure = promotion.apply?.applied === false ? promotion.apply.failure : undefined;
    await announce(world, file);
    if (failure !== undefined) {
      await announce(world, file, undefined, { event: 'apply-failed', reasons: [failure], stage: stage.name });
    }
    const weight = promotion.after.traffic[promotion.candidate] ?? 0;
    return {
      ...told,
      weight,
      why: failure === undefined ? told.why : `the router was not told: ${failure}`,
      did: didOf[promotion.action] ?? 'looked',
    };
  } catch (error) {
    // Outside of its window, or for want of an approval, a stage waits.
    if (!(error instanceof UserError) || error.exitCode !== ExitCode.hold) throw error;
    return { ...told, did: 'held', why: error.message };
  }
}
