import type { Frozen } from '../../domain/registry.ts';
import { type Diagnostic, interrupted } from '../../domain/errors.ts';
import { metricTraits } from '../../domain/metric.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { SimulationReview } from '../../report/commands/simulation-text.ts';
import { drawRun } from '../../simulation/draw.ts';
import { type Effect, readEffect } from '../../simulation/effect.ts';
import { harmsOf } from '../../simulation/harms.ts';
import type { PlantedEffect } from '../../simulation/plant-effect.ts';
import type { Population } from '../../simulation/population.ts';
import { simulatedStages } from '../../simulation/simulated-stages.ts';
import { tallyRollouts } from '../../simulation/tally.ts';
import { lookTimes, type WalkedRollout, walkRollout } from '../../simulation/walk.ts';
import { judgeDraw } from './judge-draw.ts';
import { workFolder, withDatabase, withScratch } from '../rollout/work-folder.ts';
import {
  effectDiagnostic,
  impossibleEffects,
  openSimulatedLog,
  plantEffects,
  readSimulatedPopulation,
  type SimulatedLog,
} from './simulated-log.ts';
import { openSimulatedRollout } from './simulated-rollout.ts';
import type { World } from '../world.ts';

export interface SimulateOptions {
  /** As written: `accuracy=-2pp`. Without any, the truth is that nothing differs. */
  readonly effects: readonly string[];
  readonly runs: number;
  /** How often somebody looks while the log grows. */
  readonly looks: number;
  readonly seed: number;
}

/**
 * Walks simulated rollouts of a plan over its log, with effects planted into the recorded outcomes. Nothing is judged but by the code
 * that judges real looks, and no model runs whose outcomes are stored.
 * @throws UserError (exit 2 for effects that cannot be, 5 for a log that cannot be used, 130)
 */
export async function simulate(world: World, file: string, options: SimulateOptions): Promise<SimulationReview> {
  const rollout = await openSimulatedRollout(world, file);
  const { plan } = rollout;
  const effects = readEffects(options.effects, plan);
  const scratch = await withScratch(world, rollout.folder);
  const work = workFolder(scratch, rollout.folder);
  return await withDatabase(world, work, async (db) => {
    const log = await openSimulatedLog(scratch, rollout, db);
    const planted = await plantEffects(log, effects);
    const population = await readSimulatedPopulation(log, planted);
    const looks = lookTimes(population, options.looks);
    const stages = simulatedStages(plan.stages, log.comparison).map(({ stage }) => stage);
    const rollouts: WalkedRollout[] = [];
    for (let run = 0; run < options.runs; run += 1) {
      if (world.signal.aborted) throw interrupted();
      rollouts.push(await simulateRun(log, population, planted, { run, seed: options.seed, looks }));
      world.progress.report('simulating rollouts', run + 1, options.runs);
    }
    return {
      plan: plan.name,
      model: plan.model,
      comparison: log.comparison,
      log: { requests: population.records, users: population.units.length, ...periodOf(population) },
      seed: options.seed,
      looks: options.looks,
      effects: planted.map(effectReview),
      ...tallyRollouts(stages, rollouts),
    };
  });
}

async function simulateRun(
  log: SimulatedLog,
  population: Population,
  planted: readonly PlantedEffect[],
  { run, seed, looks }: { readonly run: number; readonly seed: number; readonly looks: readonly number[] },
): Promise<WalkedRollout> {
  const { plan } = log.rollout;
  const draw = drawRun(population, run, { seed, users: 'resampled' });
  const harms = harmsOf(plan, planted, population, draw);
  const stages = simulatedStages(plan.stages, log.comparison);
  return await walkRollout<Frozen>(stages, looks, { population, draw }, harms, async (simulated, until, frozen) => {
    const stage = { ...simulated.stage, weight: simulated.judgedWeight };
    const judged = await judgeDraw(log, { population, draw, stage, until, frozen });
    return { decision: judged.verdict.decision, frozen: judged.frozen };
  });
}

/** @throws UserError (exit 2) with everything that is wrong with the effects. */
function readEffects(written: readonly string[], plan: RolloutPlan): readonly Effect[] {
  const wrong: Diagnostic[] = [];
  const effects = new Map<string, Effect>();
  for (const text of written) {
    const read = readEffect(text, plan);
    if (!read.ok) {
      wrong.push(effectDiagnostic(read.problem, read.hint));
      continue;
    }
    const subject = JSON.stringify([read.value.metric.id, read.value.segment]);
    if (effects.has(subject))
      wrong.push(effectDiagnostic(`${text}: there is an effect on it already`, 'write one of them'));
    effects.set(subject, read.value);
  }
  if (wrong.length > 0) throw impossibleEffects(wrong);
  return [...effects.values()];
}

function effectReview({ effect, from, to }: PlantedEffect): SimulationReview['effects'][number] {
  const { written, metric, segment } = effect;
  return { written, metric: metric.id, segment, unit: metricTraits(metric).unit, from, to };
}

function periodOf({ times }: Population): { readonly from: string; readonly to: string } {
  let [first, last] = [Infinity, -Infinity];
  for (const time of times) {
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  return { from: new Date(first).toISOString(), to: new Date(last).toISOString() };
}
