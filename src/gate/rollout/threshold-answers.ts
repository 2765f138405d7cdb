import type { LogReading } from '../../domain/log/log-reading.ts';
import { unusableFile, type UserError } from '../../domain/errors.ts';
import { formatCount } from '../../domain/format-number.ts';
import { ownOutput } from '../../domain/label-map.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { positiveLabel } from '../../domain/positive-label.ts';
import { type Role, roles } from '../../domain/role.ts';
import { thresholdsOf } from '../../domain/threshold.ts';
import type { NumberedVersion } from '../../domain/resolve-version.ts';
import { type Database, quoteIdentifier, quoteLiteral } from '../../database/database.ts';
import { scoreFromAnswerSql } from '../../requests/table/outcome-sql.ts';
import type { Rollout } from './rollout.ts';

type Versions = Pick<Rollout, 'baseline' | 'candidate'> & { readonly plan: Pick<RolloutPlan, 'threshold'> };

/**
 * Refuses a log of which most answers of a version have no score, where the plan has a threshold for it.
 * @throws UserError (exit 5)
 */
export function requireRecordedScores(rollout: Versions, { outcomes }: LogReading): void {
  const thresholds = thresholdsOfRollout(rollout);
  for (const role of roles) {
    const found = outcomes[role];
    if (thresholds[role] === undefined || found === undefined) continue;
    const { unscored = 0, requests } = found;
    if (2 * unscored > requests) {
      const hint =
        'name its field under requests.fields.score, record it as "score" beside "prediction", or leave out the threshold of this version';
      throw withoutScores(
        rollout[role],
        `${formatCount(unscored)} of ${formatCount(requests)} outcomes in the log`,
        hint,
      );
    }
  }
}

/**
 * Makes a replayed version's answers of its scores, where the plan has a threshold for it: the second of its two labels where that one's
 * score is at least the threshold, else the first. Scores by label are kept in single precision, and so the threshold is compared in it.
 * An answer without a score is the error `bad-outcome`.
 * @param table the version's outcomes, as `loadOutcomes` makes them; changed in the database alone, never in the store.
 * @throws UserError (exit 5) where most answers have no score.
 */
export async function answerByThreshold(db: Database, table: string, rollout: Versions, role: Role): Promise<void> {
  const threshold = thresholdsOfRollout(rollout)[role];
  const labels = comparedLabels(rollout[role]);
  if (threshold === undefined || labels === undefined) return;
  const name = quoteIdentifier(table);
  const score = secondScoreSql(rollout[role], labels);
  const isAnswer = 'error IS NULL AND label IS NOT NULL';
  const [counted = {}] = await db.rows(
    `SELECT count(*) AS answers, count(*) FILTER (WHERE ${score} IS NULL) AS unscored FROM ${name} WHERE ${isAnswer}`,
  );
  const [answers, unscored] = [Number(counted['answers']), Number(counted['unscored'])];
  if (2 * unscored > answers) {
    const hint = 'let its decode return { scores }, or leave out the threshold of this version';
    throw withoutScores(
      rollout[role],
      `${formatCount(unscored)} of ${formatCount(answers)} answers of the model`,
      hint,
    );
  }
  const isSecond = `(${score})::FLOAT >= ${threshold}::FLOAT`;
  await db.run(
    `UPDATE ${name} SET
       error = CASE WHEN ${score} IS NULL THEN 'bad-outcome' ELSE error END,
       detail = CASE WHEN ${score} IS NULL THEN 'the answer has no score for the threshold' ELSE detail END,
       score = CASE WHEN ${isSecond} THEN ${score} ELSE round(1 - ${score}, 15) END,
       label = CASE WHEN ${score} IS NULL THEN NULL WHEN ${isSecond} THEN ${quoteLiteral(labels.second)} ELSE ${quoteLiteral(labels.first)} END
     WHERE ${isAnswer}`,
  );
}

function thresholdsOfRollout({ plan, baseline, candidate }: Versions): Readonly<Partial<Record<Role, number>>> {
  return thresholdsOf(plan.threshold, { baseline: baseline.version, candidate: candidate.version });
}

interface TwoLabels {
  readonly first: string;
  readonly second: string;
}

/** A version's own two labels in the words that answers are compared in. */
function comparedLabels({ entry }: NumberedVersion): TwoLabels | undefined {
  const { output } = entry.signature;
  const own = ownOutput(output);
  if (output.kind !== 'classification' || own.kind !== 'classification' || own.labels.length !== 2) return undefined;
  const [first, second] = own.labels.map((label) => output.translation?.to[label] ?? label);
  return first === undefined || second === undefined ? undefined : { first, second };
}

function secondScoreSql({ entry }: NumberedVersion, { first, second }: TwoLabels): string {
  const positive = positiveLabel(entry.signature.output);
  const kept =
    positive === second ? 'positive_score::DOUBLE' : positive === first ? '1 - positive_score::DOUBLE' : 'NULL';
  return `coalesce(${kept}, ${scoreFromAnswerSql('label', 'score', quoteLiteral(second), [first, second])})`;
}

function withoutScores({ version }: NumberedVersion, which: string, hint: string): UserError {
  return unusableFile(`threshold: ${which} by ${version} have no score to compare with it`, { hint });
}
