import { join } from 'node:path';
import type { Database } from '../../database/database.ts';
import { countOf } from '../../domain/format-number.ts';
import { guardedMetrics } from '../../domain/judged.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { type Role, roles } from '../../domain/role.ts';
import { freeKindOf } from '../../domain/scores/free-answer.ts';
import { isComputed, type Score } from '../../domain/scores/score.ts';
import { averageRepeats } from '../../scores/average-repeats.ts';
import { computeScores } from '../../scores/compute-scores.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';
import { askingTable, isStored, storeOnly } from './obtain-outcomes.ts';
import type { OutcomeSources } from './outcome-sources.ts';

/** The scores that a plan's guardrails name, each once. */
export function guardedScores(plan: Pick<RolloutPlan, 'guardrails'>): readonly Score[] {
  return guardedMetrics(plan).flatMap((metric) =>
    metric.family === 'score' && metric.score !== undefined ? [metric.score] : [],
  );
}

interface ScoreRequest {
  readonly db: Database;
  readonly sources: OutcomeSources;
  /** The work folder; scores lie beside the outcomes. */
  readonly workFolder: string;
  readonly fresh: boolean;
}

/** Computes the scores that guardrails need of both versions' answers, into the table `computed_scores`, and says what had none. */
export async function obtainScores(
  world: World,
  { plan, folder, candidate }: Rollout,
  { db, sources, workFolder, fresh }: ScoreRequest,
): Promise<void> {
  const scores = guardedScores(plan).filter(isComputed);
  if (scores.length === 0) return;
  const { repeats = 1 } = plan.replay;
  const askings = Array.from({ length: repeats }, (_, asking) => answersSql(sources, plan, asking));
  await db.run(`CREATE OR REPLACE TABLE scored_input AS ${askings.join(' UNION ALL ')}`);
  const scoring = {
    db,
    folder,
    permissions: world.permissions,
    store: { folder: join(workFolder, 'scores'), fresh },
    seed: plan.replay.seed,
    signal: world.signal,
    onProgress: (done: number, total: number) => world.progress.report('scoring', done, total),
  };
  const failures = await computeScores(scoring, scores, freeKindOf(candidate.entry.signature.output));
  if (plan.replay.repeats !== undefined) await averageRepeats(db, scores, repeats);
  for (const { scorer, failed, examples } of failures) {
    world.note(`The scorer ${scorer} gave no score for ${countOf(failed, 'answer')}: ${examples.join('; ')}`);
  }
}

/** As `obtainScores`, with what a scorer's earlier runs left in the store; built-in scores need none. @returns false where some are not there. */
export async function loadStoredScores(world: World, rollout: Rollout, request: ScoreRequest): Promise<boolean> {
  return await isStored(obtainScores(storeOnly(world), rollout, request));
}

/** The answers that both versions gave when they were asked once, which is of several times the one that is counted from 0. */
function answersSql(sources: OutcomeSources, plan: RolloutPlan, asking: number): string {
  const { repeats = 1 } = plan.replay;
  const joins = roles.map((role) =>
    sources[role].predictions === 'replayed'
      ? `LEFT JOIN ${askingTable(plan, role, asking)} AS ${role}_outcomes ON ${role}_outcomes.seq = requests.seq`
      : '',
  );
  return `SELECT requests.seq * ${repeats} + ${asking} AS seq, requests.id, requests.input, requests.label AS truth,
    ${roles.map((role) => answerSql(role, sources)).join(', ')} FROM requests ${joins.join(' ')}`;
}

function answerSql(role: Role, sources: OutcomeSources): string {
  const from = sources[role].predictions === 'replayed' ? `${role}_outcomes.` : `requests.${role}_`;
  return `CASE WHEN ${from}error IS NULL THEN coalesce(${from}label, ${from}value::VARCHAR) END AS ${role}_answer`;
}
