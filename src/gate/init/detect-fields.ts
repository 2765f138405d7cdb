import { isWithin, pathOf, pathText } from '../../domain/log/record-path.ts';
import type { SurveyedField, SurveyedFields } from '../../requests/explain/survey-fields.ts';
import type { DetectedField, DetectedFields } from './detected-fields.ts';
import { detectLatency } from './detect-latency.ts';
import { type FieldRole, namesOf, usualNames } from './field-names.ts';
import { areTimes, candidatesOf, mostVersions, saysTime, segmentsIn } from './left-over-fields.ts';
import { looksLikeVersions } from './named-versions.ts';

/**
 * Guesses where a log keeps what: by name, and by whether the values are what such a field holds.
 * @param versions numbers of the registry's versions, by which outcomes are known; empty where there is no registry yet.
 */
export function detectFields(survey: SurveyedFields, versions: readonly string[]): DetectedFields {
  const { records, fields } = survey;
  const guess = guesser(fields, records);
  const outcomes = outcomesIn(fields, versions);
  const outside = ({ path }: SurveyedField) => outcomes === undefined || !isWithin(pathOf(path), pathOf(outcomes));
  guess.named('timestamp', 0.9, (field) => areTimes(field, records));
  guess.named('unit', 0.5, ({ distinct }) => distinct > 1);
  guess.named('id', 0.9, ({ distinct }) => distinct >= records * 0.9);
  if (outcomes === undefined) {
    guess.take('servedBy', servedByIn(guess.free(0.9), versions));
    guess.take('latency', detectLatency(guess.free(0), fields));
    guess.named('error', 0, tellsFailures);
    guess.named('score', 0, areScores);
    guess.named('label', 0, ({ present }) => present > 0);
    guess.named('prediction', 0.5, () => true);
  } else {
    guess.take('outcomes', { path: outcomes, examples: outcomeNames(fields, outcomes), sure: true });
    guess.named('label', 0, (field) => field.present > 0 && outside(field));
  }
  guess.named('input', 0.9, () => true);
  if (guess.found.input === undefined) guess.take('input', prefixed(guess.free(0), usualNames.input));
  if (guess.found.id === undefined) guess.take('id', onlyIdentity(guess.free(0.9), records));
  if (guess.found.timestamp === undefined) {
    const times = guess.free(0.9).filter(({ times: count, numbers }) => count >= records * 0.9 && numbers === 0);
    guess.take('timestamp', unsure(times));
  }
  const { found } = guess;
  const unread = found.timestamp === undefined ? guess.free(0.9).find(saysTime) : undefined;
  return {
    found,
    ...(unread === undefined ? {} : { unreadTime: { path: unread.path, example: unread.values[0] ?? '' } }),
    candidates: candidatesOf(survey, found),
    segments: segmentsIn(guess.free(0.9).filter(outside), records),
  };
}

/** Collects guesses, and knows which fields are not taken yet. */
function guesser(fields: readonly SurveyedField[], records: number) {
  const found: Partial<Record<FieldRole, DetectedField>> = {};
  const take = (role: FieldRole, field: DetectedField | undefined) => {
    if (field !== undefined) found[role] = field;
  };
  /** Fields without a meaning yet that this share of the records has. */
  const free = (share: number) =>
    fields.filter(
      ({ path, present }) =>
        present >= records * share && !Object.values(found).some((taken) => isWithin(pathOf(path), pathOf(taken.path))),
    );
  const byName = (role: keyof typeof usualNames & FieldRole, share: number, fits: (field: SurveyedField) => boolean) =>
    take(role, named(free(share), usualNames[role], fits));
  return { found, take, free, named: byName };
}

/** The field with the most telling name, of equal ones the one nearest to the record's root. */
export function named(
  fields: readonly SurveyedField[],
  wanted: readonly string[],
  fits: (field: SurveyedField) => boolean,
): DetectedField | undefined {
  const first = (isNamed: (names: readonly string[]) => boolean) =>
    fields
      .filter((field) => isNamed(namesOf(field.path)) && fits(field))
      .toSorted((a, b) => pathOf(a.path).length - pathOf(b.path).length)[0];
  for (const name of wanted) {
    const found = first((names) => names.includes(name));
    if (found !== undefined) return surely(found);
  }
  // A prefix of one's own, as in `x_user_id`; what ends in a short word may be anything.
  for (const name of wanted.filter(({ length }) => length >= 6)) {
    const found = first((names) => names.some((each) => each.endsWith(name)));
    if (found !== undefined) return surely(found);
  }
  return undefined;
}

export function surely(field: SurveyedField): DetectedField {
  return { path: field.path, examples: field.values.slice(0, 3), sure: true };
}

/** The one field that fits, where there is exactly one. */
function unsure(fitting: readonly SurveyedField[]): DetectedField | undefined {
  const [only, another] = fitting;
  return only === undefined || another !== undefined ? undefined : { ...surely(only), sure: false };
}

/** An object of that name at the record's root: its fields are told apart, and it is what is sent to a model. */
function prefixed(fields: readonly SurveyedField[], wanted: readonly string[]): DetectedField | undefined {
  const path = wanted.find((name) =>
    fields.some((field) => field.path !== name && isWithin(pathOf(field.path), [name])),
  );
  return path === undefined ? undefined : { path, examples: [], sure: true };
}

function areScores({ present, numbers, values }: SurveyedField): boolean {
  return numbers === present && values.every((value) => Number(value) >= 0 && Number(value) <= 1);
}

/** A status, a flag or a text that few records have; a long text of every record is not an error. */
function tellsFailures({ distinct, present }: SurveyedField): boolean {
  return present > 0 && distinct <= Math.max(50, present / 10);
}

/** Every value is another one, and it is no measure: an identity, where no other field is like it. */
function onlyIdentity(fields: readonly SurveyedField[], records: number): DetectedField | undefined {
  const fitting = fields.filter(
    ({ path, distinct, times, values }) =>
      distinct >= records * 0.99 &&
      times < records * 0.5 &&
      /(?:id|uuid|guid|key|ref|no|number|nr|hash)$/u.test(namesOf(path)[0] ?? '') &&
      values.every((value) => value.length <= 80 && !/\s/u.test(value)),
  );
  return unsure(fitting);
}

function servedByIn(fields: readonly SurveyedField[], versions: readonly string[]): DetectedField | undefined {
  const few = fields.filter((field) => field.distinct > 0 && field.distinct <= mostVersions && !saysTime(field));
  const known = few.find(({ values }) => values.length > 0 && values.every((value) => versions.includes(value)));
  if (known !== undefined) return surely(known);
  const several = few.filter(({ distinct }) => distinct >= 2);
  return (
    named(several, usualNames.servedBy, () => true) ??
    named(few, usualNames.servedBy, () => true) ??
    unsure(several.filter(({ values }) => looksLikeVersions(values)))
  );
}

/** The object whose keys are versions, each with an answer, a time or an error below it. */
function outcomesIn(fields: readonly SurveyedField[], versions: readonly string[]): string | undefined {
  for (const { path } of fields) {
    const keys = pathOf(path);
    const [version, part] = keys.slice(-2);
    const isOutcome = typeof part === 'string' && /^(?:prediction|latency_ms|error|score)$/u.test(part);
    if (keys.length < 3 || typeof version !== 'string' || !isOutcome) continue;
    const prefix = keys.slice(0, -2);
    if (versions.includes(version) || prefix.at(-1) === 'outcomes') return pathText(prefix);
  }
  // A version is one key of a record, and in the name of a column as many as it has dots.
  for (const { path } of fields) {
    const keys = pathOf(path)
      .filter((step) => typeof step === 'string')
      .join('.');
    for (const version of versions) {
      const at = keys.indexOf(`.${version}.`);
      if (at > 0) return keys.slice(0, at);
    }
  }
  return undefined;
}

/** What the keys below the outcomes are called. */
export function outcomeNames(fields: readonly SurveyedField[], outcomes: string): readonly string[] {
  const depth = pathOf(outcomes).length;
  const inside = fields.map(({ path }) => pathOf(path)).filter((path) => isWithin(path, pathOf(outcomes)));
  return [...new Set(inside.flatMap((path) => (typeof path[depth] === 'string' ? [path[depth]] : [])))];
}
