import { type Role, roles } from '../../domain/role.ts';
import {
  labelAgreement,
  numberAgreement,
  type TruthAgreement,
  type TruthAgreements,
} from '../../domain/log/truth-agreement.ts';
import { trueNumber } from './conditions.ts';
import type { JudgedTable } from './judged-table.ts';

/** How the true labels of all judged requests go with what each version answered. */
export async function truthAgreements(table: JudgedTable, answersAreNumbers: boolean): Promise<TruthAgreements> {
  const agreement = answersAreNumbers ? ofNumbers : ofLabels;
  const [baseline, candidate] = [await agreement(table, roles[0]), await agreement(table, roles[1])];
  const [row = {}] = await table.db.rows(`SELECT count(*) AS pairs FROM ${table.name}
    WHERE label IS NOT NULL AND ${roles.map((role) => `${role}_label IS NOT NULL`).join(' AND ')}`);
  return { baseline, candidate, pairs: Number(row['pairs']) };
}

async function ofLabels({ db, name }: JudgedTable, role: Role): Promise<TruthAgreement> {
  const both = `FROM ${name} WHERE label IS NOT NULL AND ${role}_label IS NOT NULL`;
  const counted =
    await db.columns(`SELECT sum(truths)::DOUBLE AS truths, sum(answers)::DOUBLE AS answers, sum(correct)::DOUBLE AS correct FROM (
      SELECT label AS value, count(*) AS truths, 0 AS answers, count(*) FILTER (WHERE label = ${role}_label) AS correct ${both} GROUP BY label
      UNION ALL SELECT ${role}_label, 0, count(*), 0 ${both} GROUP BY ${role}_label) GROUP BY value`);
  const [truths, answers, correct] = ['truths', 'answers', 'correct'].map((column) => counted.numbers(column));
  return labelAgreement(
    [...(truths ?? [])].map((count, index) => ({
      truths: count,
      answers: answers?.[index] ?? 0,
      right: correct?.[index] ?? 0,
    })),
  );
}

async function ofNumbers({ db, name }: JudgedTable, role: Role): Promise<TruthAgreement> {
  const [row = {}] = await db.rows(`SELECT count(*) AS requests, corr(truth, answer) AS correlation,
      count(*) FILTER (WHERE abs(truth - answer) <= 1e-6 * abs(truth)) AS same FROM (
    SELECT ${trueNumber} AS truth, ${role}_value AS answer FROM ${name}) WHERE truth IS NOT NULL AND isfinite(answer)`);
  const correlation = row['correlation'];
  const known = typeof correlation === 'number' && Number.isFinite(correlation) ? correlation : null;
  return numberAgreement(Number(row['requests']), Number(row['same']), known);
}
