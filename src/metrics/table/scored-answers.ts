import { type Database, quoteIdentifier } from '../../database/database.ts';
import { type Role, roles } from '../../domain/role.ts';
import { toldIn } from '../../domain/scores/answer-numbers.ts';
import {
  askedColumn,
  correctedColumn,
  repeatSpreadColumn,
  scoreColumn,
  shownFirstColumn,
  type WantedScore,
  type WantedValues,
} from '../../requests/values/wanted-values.ts';

/** So many answers of each version have to be scored by people before a judge can be corrected by them. */
export const fewestTruths = 200;

/** Whether scores are wanted that are in the table `computed_scores`. */
export function hasComputed({ scores = [] }: WantedValues): boolean {
  return scores.some(({ from }) => from === 'computed');
}

/** The ends of the names of a score's columns, of which each version has one. */
export function scoreEndings({ name, correctedBy, repeated }: WantedScore): readonly string[] {
  const all = [
    scoreColumn('baseline', name),
    ...(repeated === true ? [repeatSpreadColumn('baseline', name)] : []),
    ...(correctedBy === undefined ? [] : [correctedColumn('baseline', name)]),
  ];
  return all.map((column) => column.slice('baseline_'.length));
}

/** What a version's outcome has beside its answer: name and SQL of scores, and of what answering took. */
export function besideAnswers(
  role: Role,
  { scores = [], numbers }: WantedValues,
  predictions: 'recorded' | 'replayed',
): readonly (readonly [name: string, sql: string])[] {
  const ownScores = scores.flatMap(({ name, from, ...beside }) => {
    const table = from === 'computed' ? 'computed_scores' : 'requests';
    // What corrects a score is computed once both are in the table.
    const endings = scoreEndings({ name, from, ...(beside.repeated === true ? { repeated: true } : {}) });
    return endings.map((ending) => [ending, `${table}.${quoteIdentifier(`${role}_${ending}`)}`] as const);
  });
  const took = toldIn(numbers).map(([name]) => {
    return [name, predictions === 'replayed' ? `${role}_outcomes.${name}` : `requests.${role}_${name}`] as const;
  });
  return [...ownScores, ...took];
}

/** What is known of the scoring of a request as a whole. */
export function scoringColumns({ scores = [] }: WantedValues): readonly string[] {
  return scores.flatMap(({ name, from }) => {
    if (from === 'computed')
      return [
        `computed_scores.seq IS NOT NULL AND computed_scores.${quoteIdentifier(askedColumn(name))} AS ${quoteIdentifier(askedColumn(name))}`,
      ];
    return from === 'preference' ? [`requests.${quoteIdentifier(shownFirstColumn(name))}`] : [];
  });
}

/**
 * Adds a judge's scores without the judge's mean error, where people scored a part of the answers: with a share p of the answered
 * requests scored by both, `judge + mean(human - judge) + (human - judge - mean(human - judge)) / p` on those and the first two terms on the others.
 * Its mean is the prediction-powered estimate (Angelopoulos, Bates, Fannjiang, Jordan and Zrnic 2023, Science 382), and what is linearised by unit
 * is its variance. NULL where fewer than 200 answers of a version were scored by people.
 */
export async function correctScore(db: Database, table: string, { name, correctedBy }: WantedScore): Promise<void> {
  if (correctedBy === undefined) return;
  const [least, largest] = correctedBy.range;
  const isIn = (column: string) => `${column} BETWEEN ${least} AND ${largest}`;
  const parts = roles.map((role) => {
    const [judge, human] = [scoreColumn(role, name), scoreColumn(role, correctedBy.truth)].map(quoteIdentifier);
    const both = `${isIn(judge ?? '')} AND ${isIn(human ?? '')}`;
    const off = `(${human} - ${judge})`;
    const count = `count(*) FILTER (WHERE ${both}) OVER ()`;
    const mean = `avg(${off}) FILTER (WHERE ${both}) OVER ()`;
    const answered = `count(*) FILTER (WHERE ${isIn(judge ?? '')}) OVER ()`;
    const corrected = `${judge} + ${mean} + CASE WHEN ${both} THEN (${off} - ${mean}) * ${answered} / ${count} ELSE 0 END`;
    return `CASE WHEN ${isIn(judge ?? '')} AND ${count} >= ${fewestTruths} THEN ${corrected} END AS ${quoteIdentifier(correctedColumn(role, name))}`;
  });
  await db.run(`CREATE OR REPLACE TABLE ${table} AS SELECT *, ${parts.join(', ')} FROM ${table}`);
}
