import type { Diagnostic } from '../../domain/errors.ts';
import type { Database } from '../../database/database.ts';
import { errorKindSql } from '../../requests/values/error.ts';
import { identitySql } from '../../requests/values/identity.ts';
import { labelSql } from '../../requests/values/label.ts';
import type { GoldenAnswer } from '../../verdict/checks/golden.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { valueReadingOf } from '../rollout/stage-requests.ts';
import type { GoldenRecord } from './golden-records.ts';
import { recordedAnswer, textsOf } from './recorded-answer.ts';
import { type Problem, rightLabel } from './right-answer.ts';

/** A request of which the right answer is known. */
export interface GoldenRequest {
  readonly id: string;
  /** JSON text. */
  readonly input: string;
  /** In the labels that the versions are compared in, or a regression's number. */
  readonly right: string | number;
  readonly tolerance: number | undefined;
  /** What the record says that the candidate answered. */
  readonly recorded: GoldenAnswer | undefined;
  /** Where it stands. */
  readonly file: string;
  readonly line: number;
}

/**
 * Says what the ids, labels and recorded outcomes of golden records mean, by the rules that a log is read by.
 *
 * @returns the requests whose right answer the candidate could give, and the labels that it could not, at their lines
 */
export async function resolveGolden(
  db: Database,
  rollout: Pick<Rollout, 'plan' | 'baseline' | 'candidate'>,
  records: readonly GoldenRecord[],
): Promise<{ readonly requests: readonly GoldenRequest[]; readonly diagnostics: readonly Diagnostic[] }> {
  const { version, entry } = rollout.candidate;
  const { output } = entry.signature;
  const values = valueReadingOf(rollout);
  const outcomes = records.map(({ outcome }) => textsOf(outcome));
  const written = {
    ids: records.map(({ id }) => id),
    labels: records.map(({ label }) => String(label)),
    answers: outcomes.map(({ label }) => label),
    errors: outcomes.map(({ error }) => error),
  };
  const ids = await meanings(db, written.ids, identitySql);
  const labels = await meanings(db, written.labels, (text) => labelSql(text, values.truths));
  const answers = await meanings(db, written.answers, (text) => labelSql(text, values.answers.candidate));
  const errors = await meanings(db, written.errors, (text) => errorKindSql(text, values.fine));
  const requests: GoldenRequest[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, { id, input, label, tolerance, outcome, file, line }] of records.entries()) {
    const right: string | number | Problem =
      output.kind !== 'classification' || typeof label === 'number'
        ? label
        : rightLabel(labels[index] ?? null, label, version, output);
    if (typeof right === 'object') {
      diagnostics.push({ severity: 'error', rule: 'golden', file, line, ...right });
      continue;
    }
    const meaning = { label: answers[index] ?? null, error: decided(errors[index] ?? null) };
    const recorded = recordedAnswer(outcome, meaning, output);
    requests.push({ id: ids[index] ?? id, input, right, tolerance, recorded, file, line });
  }
  return { requests, diagnostics };
}

/** What texts mean, null for nothing; the rules are SQL, since logs are read by it. */
async function meanings(
  db: Database,
  texts: readonly (string | null)[],
  rule: (text: string) => string,
): Promise<readonly (string | null)[]> {
  await db.run('CREATE OR REPLACE TABLE written (seq BIGINT, text VARCHAR)');
  await db.append('written', [texts.map((_, index) => index), texts]);
  const rows = await db.rows(`SELECT ${rule('text')} AS meaning FROM written ORDER BY seq`);
  return rows.map(({ meaning }) => (meaning === null || meaning === undefined ? null : String(meaning)));
}

/** Marks a small number in the place of an error: what it is only a whole log could tell. Here 0 is none, and any other is one. */
const mark = String.fromCodePoint(1);

function decided(error: string | null): string | null {
  if (error === null || !error.startsWith(mark)) return error;
  const code = error.slice(mark.length);
  return Number(code) === 0 ? null : `code-${code}`;
}
