import { canonicalJson } from '../domain/canonical-json.ts';
import { type Role, roles } from '../domain/role.ts';
import type { FreeKind } from '../domain/scores/free-answer.ts';
import type { BuiltInScore, Score, ScorerSource } from '../domain/scores/score.ts';
import { type Database, quoteIdentifier } from '../database/database.ts';
import { askedColumn, scoreColumn } from '../requests/values/wanted-values.ts';
import { type AnswerScorer, builtInScorer } from './built-in/built-in-scorer.ts';
import { scoreAnswers, type Scoring } from './score-answers.ts';

/** A scorer's failures: how many answers have no score of it, and the first of them by kind. */
export interface ScorerFailures {
  readonly scorer: string;
  readonly failed: number;
  readonly examples: readonly string[];
}

const mostExamples = 5;

/**
 * Computes scores of both versions' answers, once they are in the table `scored_input`: `seq BIGINT`, `id`, `input` (JSON text), `truth` and
 * `<role>_answer VARCHAR`, NULL for none. Makes the table `computed_scores`: `seq`, `<role>_answered` and of each score its `askedColumn` and
 * `scoreColumn`s.
 *
 * @param kind of the answers, where they are free
 */
export async function computeScores(
  scoring: Omit<Scoring, 'source'>,
  scores: readonly Score[],
  kind: FreeKind | undefined,
): Promise<readonly ScorerFailures[]> {
  const { db } = scoring;
  const columns = roles.map((role) => `${role}_answer IS NOT NULL AS ${role}_answered`);
  const joins: string[] = [];
  const builtIn = scores.filter((score) => score.source.kind === 'built-in');
  if (builtIn.length > 0) {
    await scoreBuiltIn(db, builtIn);
    joins.push('LEFT JOIN built_in_scores ON built_in_scores.seq = scored_input.seq');
    columns.push(...builtIn.map(({ name }) => `true AS ${quoteIdentifier(askedColumn(name))}`));
    columns.push(...builtIn.flatMap(({ name }) => roles.map((role) => quoteIdentifier(scoreColumn(role, name)))));
  }
  const failures: ScorerFailures[] = [];
  for (const [index, { source, names }] of scorersOf(scores).entries()) {
    const table = `scorer_${index}`;
    failures.push(...(await askScorer({ ...scoring, source }, table, names, kind)));
    joins.push(`LEFT JOIN ${table} ON ${table}.seq = scored_input.seq`);
    columns.push(...names.map((name) => `${table}.seq IS NOT NULL AS ${quoteIdentifier(askedColumn(name))}`));
    columns.push(
      ...names.flatMap((name) => roles.map((role) => `${table}.${quoteIdentifier(scoreColumn(role, name))}`)),
    );
  }
  await db.run(`CREATE OR REPLACE TABLE computed_scores AS
    SELECT scored_input.seq, ${columns.join(', ')} FROM scored_input ${joins.join(' ')}; DROP TABLE scored_input`);
  return failures;
}

/** The scorers of the scores, each with the names of the numbers that it gives. */
function scorersOf(
  scores: readonly Score[],
): readonly { readonly source: ScorerSource; readonly names: readonly string[] }[] {
  const found = new Map<string, { source: ScorerSource; names: string[] }>();
  for (const { name, source } of scores) {
    if (source.kind !== 'command' && source.kind !== 'module') continue;
    const key = canonicalJson(source);
    const scorer = found.get(key) ?? { source, names: [] };
    scorer.names.push(name);
    found.set(key, scorer);
  }
  return [...found.values()];
}

interface BuiltIn {
  readonly name: string;
  readonly scorer: AnswerScorer;
}

async function scoreBuiltIn(db: Database, scores: readonly Score[]): Promise<void> {
  const scorers: BuiltIn[] = [];
  for (const { name, source } of scores) {
    if (isBuiltIn(source)) scorers.push({ name, scorer: await builtInScorer(source) });
  }
  const definitions = scorers.flatMap(({ name }) =>
    roles.map((role) => `${quoteIdentifier(scoreColumn(role, name))} DOUBLE`),
  );
  await db.run(`CREATE OR REPLACE TABLE built_in_scores (seq BIGINT, ${definitions.join(', ')})`);
  for await (const rows of db.stream(`SELECT seq, truth, baseline_answer, candidate_answer FROM scored_input`)) {
    const seqs = rows.numbers('seq');
    const truths = rows.strings('truth');
    const answers = { baseline: rows.strings('baseline_answer'), candidate: rows.strings('candidate_answer') };
    const columns = scorers.flatMap(({ scorer }) =>
      roles.map((role) =>
        Float64Array.from(seqs, (_, row) => {
          const answer = answers[role][row] ?? null;
          return answer === null ? Number.NaN : (scorer({ answer, truth: truths[row] ?? null }) ?? Number.NaN);
        }),
      ),
    );
    await db.append('built_in_scores', [seqs, ...columns]);
  }
}

function isBuiltIn(source: Score['source']): source is BuiltInScore {
  return source.kind === 'built-in';
}

/** Makes a table of one scorer's numbers, with a row for each request that was to be scored. */
async function askScorer(
  scoring: Scoring,
  table: string,
  names: readonly string[],
  kind: FreeKind | undefined,
): Promise<readonly ScorerFailures[]> {
  const { db, source, seed } = scoring;
  const drawn =
    source.sample === undefined
      ? ''
      : ` QUALIFY dense_rank() OVER (ORDER BY md5('${seed}:' || id), id) <= ${source.sample}`;
  await db.run(`CREATE OR REPLACE TABLE scorer_records AS SELECT seq, ${roles.map((role) => recordSql(role, kind)).join(', ')} FROM scored_input${drawn};
    CREATE OR REPLACE TABLE answers_to_score AS ${roles.map((role) => `SELECT md5(${role}_record) AS key, ${role}_record AS record FROM scorer_records WHERE ${role}_record IS NOT NULL`).join(' UNION ALL ')}`);
  await scoreAnswers(scoring, 'answers_to_score');
  const values = roles.flatMap((role) =>
    names.map(
      (name) =>
        `try_cast(json_extract_string(${role}.scores, '/${name}') AS DOUBLE) AS ${quoteIdentifier(scoreColumn(role, name))}`,
    ),
  );
  await db.run(`CREATE OR REPLACE TABLE ${table} AS SELECT scorer_records.seq, ${values.join(', ')} FROM scorer_records
    ${roles.map((role) => `LEFT JOIN scorer_answers AS ${role} ON ${role}.key = md5(${role}_record)`).join(' ')}`);
  const failures = await failuresOf(db, source, names);
  await db.run('DROP TABLE scorer_records; DROP TABLE answers_to_score; DROP TABLE scorer_answers');
  return failures;
}

/** What a scorer is told of an answer: the input, the answer and the truth, and nothing of whose it is. */
function recordSql(role: Role, kind: FreeKind | undefined): string {
  const answer = `${role}_answer`;
  const isJson = kind === 'ranking' || kind === 'json';
  const prediction = isJson ? answer : `to_json(${answer})`;
  const truth = `CASE WHEN truth IS NULL THEN 'null' WHEN ${isJson} AND json_valid(truth) THEN truth ELSE to_json(truth) END`;
  return `CASE WHEN ${answer} IS NOT NULL THEN '{"input":' || coalesce(input, 'null') || ',"prediction":' || ${prediction} || ',"label":' || ${truth} || '}' END AS ${role}_record`;
}

async function failuresOf(
  db: Database,
  source: ScorerSource,
  names: readonly string[],
): Promise<readonly ScorerFailures[]> {
  const lacks = names.map((name) => `try_cast(json_extract_string(scores, '/${name}') AS DOUBLE) IS NULL`).join(' OR ');
  const rows = await db.rows(`SELECT error, detail, count(*) AS answers FROM scorer_answers
    WHERE key IN (SELECT key FROM answers_to_score) AND (error IS NOT NULL OR ${lacks})
    GROUP BY error, detail ORDER BY answers DESC, error, detail`);
  const failed = rows.reduce((sum, { answers }) => sum + Number(answers), 0);
  if (failed === 0) return [];
  const examples = rows.slice(0, mostExamples).map(({ error, detail }) => {
    return typeof error === 'string' ? `${error}: ${String(detail)}` : `it gave no number called ${names.join(' or ')}`;
  });
  return [{ scorer: source.command.join(' '), failed, examples }];
}
