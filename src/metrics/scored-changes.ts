import { type Role, roles } from '../domain/role.ts';
import type { Score } from '../domain/scores/score.ts';
import type {
  ScoreBin,
  ScoredChanges,
  ScoredExample,
  ScoreShape,
  ShownAnswer,
} from '../domain/scores/scored-changes.ts';
import { quoteIdentifier } from '../database/database.ts';
import { scoreColumn } from '../requests/values/wanted-values.ts';
import { isScored } from './families/score-mean.ts';
import { comparedSides } from './table/compared-sides.ts';
import type { JudgedTable } from './table/judged-table.ts';
import type { StageScope } from './table/stage-scope.ts';

/** Requests and characters that are kept: the size must not grow with the log, nor with the answers. */
const mostExamples = 20;
const mostCharacters = 600;
const bins = 10;

/**
 * How the scores of the compared requests changed. A request that the candidate alone did not answer has lost the whole range.
 * @returns undefined where no guardrail is on a score, and where versions are not compared on the same requests.
 */
export async function scoredChanges(
  table: JudgedTable,
  scope: StageScope,
  scores: readonly Score[],
): Promise<ScoredChanges | undefined> {
  if (scope.comparison !== 'paired' || scores.length === 0) return undefined;
  const { condition } = comparedSides(scope, (role) => `${role}_present`);
  const shapes: ScoreShape[] = [];
  for (const score of scores) shapes.push(await shapeOf(table, score, condition.baseline));
  return { scores: shapes, ...(await examplesOf(table, scores, condition.baseline)) };
}

async function shapeOf({ db, name }: JudgedTable, score: Score, condition: string): Promise<ScoreShape> {
  const [least, largest] = score.range;
  const width = (largest - least) / bins;
  const counted: Record<Role, ReadonlyMap<number, number>> = { baseline: new Map(), candidate: new Map() };
  // What is written as the border of two parts is in the upper one, whatever binary fractions make of it.
  for (const role of roles) {
    const value = quoteIdentifier(scoreColumn(role, score.name));
    const rows =
      await db.columns(`SELECT least(${bins - 1}, floor((${value} - ${least}::DOUBLE) * ${bins} / ${largest - least}::DOUBLE + 1e-9))::DOUBLE AS bin,
      count(*)::DOUBLE AS answers FROM ${name} WHERE ${condition} AND ${isScored(score, role)} GROUP BY bin`);
    const answers = rows.numbers('answers');
    counted[role] = new Map([...rows.numbers('bin')].map((bin, row) => [bin, answers[row] ?? 0]));
  }
  const parts = Array.from({ length: bins }, (_, bin): ScoreBin => ({
    from: Number((least + bin * width).toPrecision(12)),
    baseline: counted.baseline.get(bin) ?? 0,
    candidate: counted.candidate.get(bin) ?? 0,
  }));
  const sum = (role: Role) => parts.reduce((total, part) => total + part[role], 0);
  const answers = { baseline: sum('baseline'), candidate: sum('candidate') };
  return { name: score.name, range: score.range, better: score.better, answers, bins: parts };
}

async function examplesOf(
  { db, name }: JudgedTable,
  scores: readonly Score[],
  condition: string,
): Promise<Pick<ScoredChanges, 'examples' | 'worse'>> {
  const lost = `greatest(${scores.map(lostSql).join(', ')})`;
  const values = scores.flatMap((score, index) =>
    roles.map((role) => `CASE WHEN ${isScored(score, role)} THEN ${columnOf(role, score)} END AS ${role}_${index}`),
  );
  const answers = roles.flatMap((role) => [
    `left(${role}_label, ${mostCharacters + 1}) AS ${role}_answer`,
    `left(${role}_error, ${mostCharacters}) AS ${role}_failed`,
  ]);
  const worse = `SELECT *, ${lost} AS lost FROM ${name} WHERE ${condition} AND scored_id IS NOT NULL AND ${lost} > 0`;
  const [count = {}] = await db.rows(`SELECT count(*) AS worse FROM (${worse})`);
  const rows = await db.rows(
    `SELECT scored_id AS id, ${[...values, ...answers].join(', ')} FROM (${worse}) ORDER BY lost DESC, scored_id LIMIT ${mostExamples}`,
  );
  const examples = rows.map((row): ScoredExample => {
    const pairs = scores.map((score, index) => ({
      name: score.name,
      baseline: numberOf(row[`baseline_${index}`]),
      candidate: numberOf(row[`candidate_${index}`]),
    }));
    const shown = (role: Role) => answerOf(row[`${role}_answer`], row[`${role}_failed`]);
    return {
      id: String(row['id']),
      scores: pairs,
      answers: { baseline: shown('baseline'), candidate: shown('candidate') },
    };
  });
  return { examples, worse: Number(count['worse']) };
}

/** What an answer lost of a score, as a part of its range; NULL where nobody can say. */
function lostSql(score: Score): string {
  const [least, largest] = score.range;
  const [before, now] = [columnOf('baseline', score), columnOf('candidate', score)];
  const difference = score.better === 'higher' ? `${before} - ${now}` : `${now} - ${before}`;
  return `CASE WHEN ${isScored(score, 'baseline')} AND candidate_error IS NOT NULL THEN 1
    WHEN ${isScored(score, 'baseline')} AND ${isScored(score, 'candidate')} THEN (${difference}) / ${largest - least}::DOUBLE END`;
}

function columnOf(role: Role, { name }: Score): string {
  return quoteIdentifier(scoreColumn(role, name));
}

function numberOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(Number(value).toPrecision(12));
}

function answerOf(answer: unknown, failed: unknown): ShownAnswer {
  if (typeof failed === 'string') return { text: failed, failed: true };
  const text = typeof answer === 'string' ? answer : '';
  return text.length > mostCharacters ? { text: text.slice(0, mostCharacters), cut: true } : { text };
}
