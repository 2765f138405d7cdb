import { interrupted } from '../../domain/errors.ts';
import type { GuardrailResult, Segment } from '../../domain/evidence.ts';
import { metricTraits } from '../../domain/metric.ts';
import type { Guardrail, RolloutPlan } from '../../domain/plan.ts';
import { sliceCondition, dimensionColumn } from '../../metrics/table/slice.ts';
import type { SelftestReview, SelftestRow } from '../../report/commands/selftest-text.ts';
import { drawRun } from '../../simulation/draw.ts';
import { changeableOf } from '../../simulation/changeable.ts';
import { effectBase } from '../../simulation/effect-base.ts';
import { grossEffect } from '../../simulation/gross-effect.ts';
import type { PlantedEffect } from '../../simulation/plant-effect.ts';
import { simulatedStages } from '../../simulation/simulated-stages.ts';
import { type JudgedLook, judgeDraw } from './judge-draw.ts';
import { workFolder, withDatabase, withScratch } from '../rollout/work-folder.ts';
import { openSimulatedLog, readSimulatedPopulation, type SimulatedLog, tryEffect } from './simulated-log.ts';
import { openSimulatedRollout } from './simulated-rollout.ts';
import type { World } from '../world.ts';

/**
 * Plants a gross regression into each guarded metric, one after the other, and walks the plan's stages on the log as it is: its users in the
 * plan's own cohorts, everything recorded so far. A gate that would let one of them through, or that could not tell on this log, is named.
 * @throws UserError (exit 2, 5 or 130)
 */
export async function selftest(world: World, file: string, seed: number): Promise<SelftestReview> {
  const rollout = await openSimulatedRollout(world, file);
  const { plan } = rollout;
  const scratch = await withScratch(world, rollout.folder);
  const work = workFolder(scratch, rollout.folder);
  return await withDatabase(world, work, async (db) => {
    const log = await openSimulatedLog(scratch, rollout, db);
    const subjects = await subjectsOf(log, plan);
    const rows: SelftestRow[] = [];
    for (const { guardrail, segment } of subjects) {
      if (world.signal.aborted) throw interrupted();
      rows.push(await testGuardrail(log, guardrail, segment, seed));
      world.progress.report('planting regressions', rows.length, subjects.length + 1);
    }
    const control = await walk(log, [], seed);
    return {
      plan: plan.name,
      model: plan.model,
      rows,
      falseAlarm: control.at(-1)?.judged.verdict.decision === 'rollback' ? (control.at(-1)?.stage ?? '') : null,
      caught: rows.filter(({ status }) => status === 'caught').length,
    };
  });
}

interface Subject {
  readonly guardrail: Guardrail;
  readonly segment: Segment;
}

/** Every guardrail on the whole, and on each value of the segments that it names. */
async function subjectsOf({ db }: SimulatedLog, { guardrails }: RolloutPlan): Promise<readonly Subject[]> {
  const subjects: Subject[] = [];
  // What is only reported lets nothing through that another guardrail would not.
  for (const guardrail of guardrails.filter(({ onBreach }) => onBreach !== 'report')) {
    subjects.push({ guardrail, segment: null });
    for (const dimension of guardrail.segments) {
      const column = dimensionColumn(dimension);
      const rows = await db.columns(
        `SELECT ${column} AS value FROM population WHERE ${column} IS NOT NULL GROUP BY ALL ORDER BY count(*) DESC, value`,
      );
      for (const value of rows.strings('value')) subjects.push({ guardrail, segment: { [dimension]: value ?? '' } });
    }
  }
  return subjects;
}

async function testGuardrail(
  log: SimulatedLog,
  guardrail: Guardrail,
  segment: Segment,
  seed: number,
): Promise<SelftestRow> {
  const { metric, onBreach } = guardrail;
  const row = { metric: metric.id, segment, onBreach, unit: metricTraits(metric).unit };
  const ground = { table: log.ground, base: effectBase };
  const changeable = await changeableOf(ground, metric, sliceCondition({ cohort: 'all', segment }));
  if (changeable === undefined)
    return { ...row, status: 'unseen', why: 'the log has no value of it, so nothing could be planted' };
  const { whole: from, value, share } = changeable;
  const planted = await tryEffect(log, grossEffect(guardrail, segment, from, value * share));
  if ('problem' in planted)
    return { ...row, status: 'unseen', from, why: `no gross regression is possible: ${planted.problem}` };
  const stages = await walk(log, [planted], seed);
  return { ...row, from: planted.from, to: planted.to, ...conclusion(guardrail, segment, stages) };
}

interface WalkedStage {
  readonly stage: string;
  readonly judged: JudgedLook;
}

/** Judges stage after stage on the whole log until one does not increase. */
async function walk(
  log: SimulatedLog,
  planted: readonly PlantedEffect[],
  seed: number,
): Promise<readonly WalkedStage[]> {
  const { plan } = log.rollout;
  const population = await readSimulatedPopulation(log, planted);
  const draw = drawRun(population, 0, { seed, users: 'recorded' });
  const walked: WalkedStage[] = [];
  for (const { stage, judgedWeight } of simulatedStages(plan.stages, log.comparison)) {
    const look = { population, draw, stage: { ...stage, weight: judgedWeight }, until: Infinity, frozen: undefined };
    const judged = await judgeDraw(log, look);
    walked.push({ stage: stage.name, judged });
    if (judged.verdict.decision !== 'increase') break;
  }
  return walked;
}

function conclusion(
  { metric, onBreach }: Guardrail,
  segment: Segment,
  stages: readonly WalkedStage[],
): Pick<SelftestRow, 'status' | 'stage' | 'verdict' | 'by' | 'why'> {
  const last = stages.at(-1);
  if (last === undefined) throw new RangeError('a plan has a stage');
  const { verdict, guardrails } = last.judged;
  const found = { stage: last.stage, verdict: verdict.decision };
  const isOwn = (result: GuardrailResult) =>
    result.metric === metric.id && JSON.stringify(result.segment) === JSON.stringify(segment);
  const own = guardrails.filter(isOwn);
  const breach = own.find(({ status }) => status === 'breach');
  if (verdict.decision === 'rollback') {
    const by = breach ?? guardrails.find(({ status, onBreach: means }) => status === 'breach' && means === 'rollback');
    const another = breach === undefined && by !== undefined ? { by: by.metric } : {};
    return { ...found, status: 'caught', ...another, why: by?.reason ?? '' };
  }
  if (verdict.decision === 'hold') {
    if (breach !== undefined && onBreach === 'hold') return { ...found, status: 'caught', why: breach.reason };
    const undecided = own.find(({ status }) => status !== 'pass') ?? guardrails.find(({ status }) => status !== 'pass');
    return { ...found, status: 'undecided', why: undecided?.reason ?? verdict.reasons.join('; ') };
  }
  return { ...found, status: 'unseen', why: own[0]?.reason ?? 'nothing judged it' };
}
