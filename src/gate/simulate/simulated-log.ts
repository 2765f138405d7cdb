import { guardedMetrics } from '../../domain/judged.ts';
import { type Diagnostic, invalidInput, unusableFile } from '../../domain/errors.ts';
import type { LogSpan } from '../../domain/log/log-span.ts';
import type { RequestFileFacts } from '../../domain/log/request-file-facts.ts';
import type { Metric } from '../../domain/metric.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { isTriggered, withUntriggered } from '../../domain/statistics/bounded-metric.ts';
import { roles } from '../../domain/role.ts';
import { selectionShares } from '../../metrics/families/selection-shares.ts';
import { createJudgedTable, type JudgedTable } from '../../metrics/table/judged-table.ts';
import { valuesWantedBy } from '../../metrics/families/values-wanted.ts';
import { dimensionsOf } from '../../metrics/table/stage-scope.ts';
import { assignUnits } from '../../requests/table/assign-units.ts';
import type { Database } from '../../database/database.ts';
import { segmentColumn } from '../../requests/values/read-options.ts';
import type { WantedValues } from '../../requests/values/wanted-values.ts';
import type { Effect } from '../../simulation/effect.ts';
import { effectBase } from '../../simulation/effect-base.ts';
import { plantEffect, type PlantedEffect } from '../../simulation/plant-effect.ts';
import type { ImpossibleEffect } from '../../simulation/planted-change.ts';
import { type Population, readPopulation } from '../../simulation/population.ts';
import { createPopulation } from '../../simulation/population-table.ts';
import { createPlantingGround, createScenarios, type Scenarios } from '../../simulation/scenarios.ts';
import { heldLog } from '../judge/held-log.ts';
import { type Refusals, refusalsOf } from '../../verdict/refusals.ts';
import { keptRowsPlace } from '../rollout/kept-rows.ts';
import { workFolder } from '../rollout/work-folder.ts';
import { obtainDifferences, wantsDifferences } from '../outcomes/obtain-differences.ts';
import { obtainOutcomes } from '../outcomes/obtain-outcomes.ts';
import { outcomeStoreFolder } from '../outcomes/store-location.ts';
import { obtainScores } from '../outcomes/obtain-scores.ts';
import { type OutcomeSources, sourcesOf, withErrorsOf } from '../outcomes/outcome-sources.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { planAsRead, readStageRequests } from '../rollout/stage-requests.ts';
import type { World } from '../world.ts';

/** A plan's log with both versions' outcomes, ready for effects to be planted. */
export interface SimulatedLog {
  readonly db: Database;
  readonly rollout: Rollout;
  readonly files: readonly RequestFileFacts[];
  readonly span: LogSpan;
  readonly comparison: Scenarios['comparison'];
  /** Whether both versions were timed here, in pairs of processes. */
  readonly timedInPairs: boolean;
  /** Whether times are those that the log tells. */
  readonly recordedTimes: boolean;
  readonly wantedValues: WantedValues;
  readonly metrics: readonly Metric[];
  /** What the log keeps from being believed, whatever effect is planted. */
  readonly refusals: Refusals;
  /** The shares of requests that they leave out. */
  readonly shares: readonly Metric[];
  /** The candidate that does not differ. */
  readonly ground: JudgedTable;
}

/** A plan whose end is that of its log: a simulated log ends with as many users as the one that it is drawn from. */
function withSimulatedEnd(plan: RolloutPlan, units: number): RolloutPlan {
  const { plannedUnits = units, looks } = plan.statistics;
  const ends =
    looks === 1 || plan.requests.to !== undefined || plan.stages.some(({ requests }) => requests?.to !== undefined);
  return ends ? { ...plan, statistics: { ...plan.statistics, plannedUnits } } : plan;
}

/**
 * Reads the plan's log and obtains both versions' outcomes once, from the store where they are there already.
 * @throws UserError (exit 2 or 5) where there is nothing to simulate on.
 */
export async function openSimulatedLog(world: World, rollout: Rollout, db: Database): Promise<SimulatedLog> {
  const { plan, folder, candidate } = rollout;
  const sources = sourcesOf(rollout);
  // A stage that judges everyone: its outcomes are what the first shadow stage's are, and nothing is replayed twice.
  const everyone = {
    name: 'simulated',
    weight: 0,
    minRequests: 0,
    minUnits: 0,
    plannedSize: { requests: false, units: false },
  };
  const log = await readStageRequests(db, rollout, sources, { kept: keptRowsPlace(world, folder) });
  if (log.totals.accepted === 0) {
    throw unusableFile('The log has no usable request', { hint: 'canary plan PLAN says why records were rejected.' });
  }
  await assignUnits(db, plan.assignment);
  await obtainOutcomes(world, rollout, {
    db,
    stage: everyone,
    sources,
    requests: log.identity,
    store: { folder: outcomeStoreFolder(workFolder(world, folder)), fresh: false },
  });
  await obtainScores(world, rollout, { db, sources, workFolder: workFolder(world, folder), fresh: false });
  const untold = await differencesOf(world, rollout, db, log.totals.live);
  const metrics = withUntriggered(guardedMetrics(plan));
  const areReplayed = log.totals.live && untold === undefined;
  const wantedValues = valuesWantedBy(metrics, candidate.entry.signature.output, areReplayed);
  const known = withErrorsOf(sources, log.totals.holdsErrors);
  const columns = [...Object.keys(plan.requests.segments).map(segmentColumn), 'at', 'id'];
  const judged = await createJudgedTable(db, known, columns, 0, wantedValues);
  const refusals = {
    ...refusalsOf(await heldLog(judged, rollout, log.reading)),
    ...(untold === undefined ? {} : { differences: { why: untold, hint: 'plant it into another metric' } }),
  };
  const timedInPairs = sources.baseline.latency === 'measured';
  await createPopulation(db, timedInPairs || sources.candidate.latency === 'measured');
  const comparison = await comparisonOf(db, sources);
  const shares = selectionShares(metrics, comparison);
  const ground = await createPlantingGround(db, comparison, wantedValues);
  const asRead = { ...rollout, plan: withSimulatedEnd(planAsRead(plan, log.totals), log.totals.units) };
  const { span } = log.totals;
  return {
    db,
    rollout: asRead,
    files: log.files,
    span,
    comparison,
    timedInPairs,
    recordedTimes: roles.every((role) => sources[role].latency === 'recorded'),
    wantedValues,
    metrics,
    shares,
    refusals,
    ground,
  };
}

/** Finds out where the versions of a live split answer differently, if the plan asks. @returns why nobody can tell */
async function differencesOf(world: World, rollout: Rollout, db: Database, live: boolean): Promise<string | undefined> {
  if (!live || !wantsDifferences(rollout.plan)) return undefined;
  const store = { folder: outcomeStoreFolder(workFolder(world, rollout.folder)), fresh: false };
  return await obtainDifferences(world, rollout, { db, store });
}

async function comparisonOf(db: Database, sources: OutcomeSources): Promise<Scenarios['comparison']> {
  const rows = await db.columns(
    `SELECT (count(*) FILTER (WHERE baseline_present AND candidate_present))::DOUBLE AS pairs,
       (count(*) FILTER (WHERE baseline_present OR candidate_present))::DOUBLE AS outcomes FROM population`,
  );
  if ((rows.numbers('outcomes')[0] ?? 0) === 0) {
    const recorded = roles.filter((role) => sources[role].predictions === 'recorded');
    throw unusableFile(`The log holds no outcome of the ${recorded.join(' or the ')}`, {
      hint: 'Record outcomes, or give the versions a runtime that can be replayed.',
    });
  }
  return (rows.numbers('pairs')[0] ?? 0) > 0 ? 'paired' : 'served';
}

/** Finds out how each effect is planted. @throws UserError (exit 2) with every effect that this log cannot have. */
export async function plantEffects(log: SimulatedLog, effects: readonly Effect[]): Promise<readonly PlantedEffect[]> {
  const planted: PlantedEffect[] = [];
  const impossible: Diagnostic[] = [];
  for (const effect of effects) {
    const found = await tryEffect(log, effect);
    if (!('problem' in found)) planted.push(found);
    else impossible.push(effectDiagnostic(`${effect.written}: ${found.problem}`, found.hint));
  }
  if (impossible.length > 0) throw impossibleEffects(impossible);
  return planted;
}

/** Finds out how an effect is planted, or why this log cannot have it. */
export async function tryEffect(log: SimulatedLog, effect: Effect): Promise<PlantedEffect | ImpossibleEffect> {
  const refused = isTriggered(effect.metric) ? log.refusals.differences : undefined;
  if (refused !== undefined) return { problem: refused.why, hint: refused.hint };
  const { output } = log.rollout.candidate.entry.signature;
  const labels = output.kind === 'classification' ? output.labels : [];
  return await plantEffect({ table: log.ground, base: effectBase, labels }, effect);
}

/** A finding about an effect on the command line. */
export function effectDiagnostic(message: string, hint: string): Diagnostic {
  return { severity: 'error', rule: 'effect', file: '--effect', message, hint };
}

export function impossibleEffects(diagnostics: readonly Diagnostic[]): Error {
  const count = diagnostics.length;
  return invalidInput(count === 1 ? 'An effect cannot be planted' : `${count} effects cannot be planted`, {
    diagnostics,
  });
}

/** Reads the log into memory with the effects in it. */
export async function readSimulatedPopulation(
  { db, rollout, comparison, wantedValues, metrics, shares }: SimulatedLog,
  planted: readonly PlantedEffect[],
): Promise<Population> {
  const changes = planted.filter(({ change }) => change.eligible !== undefined);
  const everywhere = planted.filter(({ change }) => change.eligible === undefined);
  const scenarios: Scenarios = { comparison, ways: 2, changes };
  await createScenarios(db, scenarios, everywhere, wantedValues);
  const dimensions = new Map(dimensionsOf(rollout.plan).map((name) => [name, segmentColumn(name)]));
  return await readPopulation(db, scenarios, [...metrics, ...shares], dimensions);
}
