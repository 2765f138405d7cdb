import { didYouMean } from '../../domain/did-you-mean.ts';
import { invalidInput } from '../../domain/errors.ts';
import { type LatencyUnit, latencyUnitNames } from '../../domain/log/latency-field.ts';
import { readPath } from '../../domain/log/record-path.ts';
import type { SurveyedFields } from '../../requests/explain/survey-fields.ts';
import { recordPlace } from '../../requests/files/scan-records.ts';
import type { DetectedField, DetectedFields } from './detected-fields.ts';
import { inUnit } from './detect-latency.ts';
import { fieldRoles, otherWords, plainName, roleWords, type FieldRole } from './field-names.ts';

/** What a person said of one thing: where it is; null for nowhere. */
export interface FieldAnswer {
  readonly role: FieldRole;
  readonly path: string | null;
  readonly unit?: LatencyUnit;
}

const usage = '--field id=txn_id, --field latency=request_time:s, --field label=- for none';

/**
 * Reads `id=txn_id` of the command line.
 * @throws UserError (exit 2) for what is no such answer.
 */
export function readFieldAnswer(written: string): FieldAnswer {
  const [, word = '', path = ''] = /^([^=]+)=(.+)$/su.exec(written) ?? [];
  if (word === '')
    throw invalidInput(`--field ${JSON.stringify(written)} does not say NAME=PATH`, { hint: `Write ${usage}.` });
  const role = fieldRoles.find((each) => plainName(roleWords[each]) === plainName(word)) ?? otherWords[plainName(word)];
  if (role === undefined) {
    throw invalidInput(`--field ${written}: ${JSON.stringify(word)} is not a name for --field`, {
      hint: didYouMean(word, Object.values(roleWords)),
    });
  }
  if (path === '-') return { role, path: null };
  const [, bare = path, unit] = role === 'latency' ? (/^(.+):(ns|us|ms|s)$/u.exec(path) ?? []) : [];
  const reading = readPath(bare);
  if (!reading.ok) throw invalidInput(`--field ${written}: the path ${reading.problem}`, { hint: `${reading.hint}.` });
  const known = latencyUnitNames.find((each) => each === unit);
  return { role, path: bare, ...(known === undefined ? {} : { unit: known }) };
}

/**
 * The guesses with what a person said in their place.
 * @throws UserError (exit 2) for a field that the log does not have.
 */
export function answeredFields(
  survey: SurveyedFields,
  guessed: DetectedFields,
  answers: readonly FieldAnswer[],
): DetectedFields {
  const found: Partial<Record<FieldRole, DetectedField>> = { ...guessed.found };
  for (const { role, path, unit } of answers) {
    delete found[role];
    if (path === null) continue;
    const field = survey.fields.find((each) => each.path === path);
    if (path === recordPlace && role === 'id') continue;
    if (field === undefined) throw unknownField(survey, role, path);
    found[role] = role === 'latency' ? inUnit(field, unit) : { path, examples: field.values.slice(0, 3), sure: true };
  }
  const taken = new Set(answers.map(({ path }) => path));
  // A field that a person gave a meaning has no other.
  for (const [role, field] of Object.entries(found)) {
    const isAnswered = answers.some((answer) => answer.role === role);
    if (!isAnswered && field !== undefined && taken.has(field.path)) delete found[roleOf(role)];
  }
  const segments = Object.fromEntries(Object.entries(guessed.segments).filter(([, path]) => !taken.has(path)));
  return { ...guessed, found, segments };
}

function roleOf(name: string): FieldRole {
  const role = fieldRoles.find((each) => each === name);
  if (role === undefined) throw new RangeError(`${name} is not a name for --field`);
  return role;
}

function unknownField({ fields }: SurveyedFields, role: FieldRole, path: string): Error {
  const names = fields.map((field) => field.path);
  return invalidInput(`--field ${roleWords[role]}=${path}: no record of the log has that field`, {
    hint: `${didYouMean(path, names)} (fields: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''})`,
  });
}
