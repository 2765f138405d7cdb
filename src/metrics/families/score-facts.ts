import { quoteIdentifier, quoteLiteral } from '../../database/database.ts';
import type { Role } from '../../domain/role.ts';
import { roles } from '../../domain/role.ts';
import type {
  JudgeAgreement,
  RepeatSpread,
  ScoreFacts,
  ScoredAnswers,
  ShownFirst,
} from '../../domain/scores/score-facts.ts';
import type { Score } from '../../domain/scores/score.ts';
import { repeatSpreadColumn, scoreColumn, shownFirstColumn } from '../../requests/values/wanted-values.ts';
import { isUnanswered } from '../table/conditions.ts';
import type { JudgedTable } from '../table/judged-table.ts';
import { askedSql, isScored } from './score-mean.ts';

/** What is known of a score beside its mean: which answers have none, and how far whoever judged can be believed. */
export async function scoreFacts(
  table: JudgedTable,
  score: Score,
  versions: Readonly<Record<Role, string>>,
): Promise<ScoreFacts> {
  const { name, blind, truth, source, repeats } = score;
  const shownFirst = source.kind === 'pairwise' ? await shownFirstOf(table, score, versions) : undefined;
  const agreement = truth === undefined ? undefined : await agreementOf(table, score, truth);
  const spread = repeats === undefined ? undefined : await spreadOf(table, score, repeats);
  return {
    name,
    baseline: await answersOf(table, score, 'baseline'),
    candidate: await answersOf(table, score, 'candidate'),
    ...(blind === undefined ? {} : { blind }),
    ...(shownFirst === undefined ? {} : { shownFirst }),
    ...(agreement === undefined ? {} : { agreement }),
    ...(spread === undefined ? {} : { spread }),
  };
}

async function spreadOf({ db, name }: JudgedTable, score: Score, repeats: number): Promise<RepeatSpread | undefined> {
  const scored = roles.map((role) => {
    const [mean, variance] = [scoreColumn(role, score.name), repeatSpreadColumn(role, score.name)].map(quoteIdentifier);
    return `SELECT '${role}' AS role, ${mean} AS mean, ${variance} AS variance FROM ${name} WHERE ${isScored(score, role)}`;
  });
  const [row = {}] =
    await db.rows(`SELECT round(sqrt(avg(within)), 12) AS within, round(sqrt(avg(between_all)), 12) AS between_all
    FROM (SELECT avg(variance) AS within, var_samp(mean) AS between_all FROM (${scored.join(' UNION ALL ')}) GROUP BY role)`);
  const [within, between] = [row['within'], row['between_all']];
  return typeof within === 'number' && typeof between === 'number' ? { repeats, within, between } : undefined;
}

async function answersOf({ db, name }: JudgedTable, score: Score, role: Role): Promise<ScoredAnswers> {
  const column = quoteIdentifier(scoreColumn(role, score.name));
  const answered = `${askedSql(score)} AND ${role}_present AND NOT ${isUnanswered(role)}`;
  const [row = {}] = await db.rows(`SELECT count(*) AS answers, count(*) FILTER (WHERE ${column} IS NULL) AS missing,
    count(*) FILTER (WHERE ${column} IS NOT NULL AND NOT ${isScored(score, role)}) AS rejected FROM ${name} WHERE ${answered}`);
  return { answers: Number(row['answers']), missing: Number(row['missing']), rejected: Number(row['rejected']) };
}

async function shownFirstOf(
  { db, name }: JudgedTable,
  score: Score,
  versions: Readonly<Record<Role, string>>,
): Promise<ShownFirst | undefined> {
  const first = quoteIdentifier(shownFirstColumn(score.name));
  const preferred = quoteIdentifier(scoreColumn('candidate', score.name));
  const [row = {}] = await db.rows(`SELECT count(*) AS told,
    count(*) FILTER (WHERE won) AS wins, count(*) FILTER (WHERE NOT won) AS losses FROM (
    SELECT CASE WHEN ${preferred} = 0.5 THEN NULL WHEN ${first} = ${quoteLiteral(versions.candidate)} THEN ${preferred} > 0.5 ELSE ${preferred} < 0.5 END AS won
    FROM ${name} WHERE ${first} IN (${Object.values(versions).map(quoteLiteral).join(', ')}) AND ${preferred} BETWEEN 0 AND 1)`);
  const told = Number(row['told']);
  return told === 0 ? undefined : { told, wins: Number(row['wins']), losses: Number(row['losses']) };
}

async function agreementOf({ db, name }: JudgedTable, score: Score, truth: string): Promise<JudgeAgreement> {
  const pairs = roles.map((role) => {
    const human = quoteIdentifier(scoreColumn(role, truth));
    return `SELECT ${quoteIdentifier(scoreColumn(role, score.name))} AS judge, ${human} AS human FROM ${name}
      WHERE ${isScored(score, role)} AND ${human} BETWEEN ${score.range[0]} AND ${score.range[1]}`;
  });
  const [row = {}] = await db.rows(`SELECT count(*) AS answers, round(avg(judge - human), 12) AS above,
    round(corr(judge, human), 12) AS correlation FROM (${pairs.join(' UNION ALL ')})`);
  const correlation = Number(row['correlation'] ?? Number.NaN);
  return {
    answers: Number(row['answers']),
    above: Number(row['above'] ?? 0),
    correlation: Number.isFinite(correlation) ? correlation : null,
  };
}
