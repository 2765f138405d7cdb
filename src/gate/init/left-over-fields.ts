import type { SurveyedField, SurveyedFields } from '../../requests/explain/survey-fields.ts';
import type { DetectedFields, FieldGuesses } from './detected-fields.ts';
import { type FieldRole, lastKey } from './field-names.ts';

const mostSegments = 4;
const mostSegmentValues = 20;
const mostCandidates = 6;
/** More names than this are not those of versions. */
export const mostVersions = 20;

/** Whether a field holds times of our days. */
export function areTimes({ times, values }: SurveyedField, records: number): boolean {
  // Any number is some second since 1970; those of a log are of our days.
  const isOfOurs = values.every((value) => !Number.isFinite(Number(value)) || Number(value) > 1e8);
  return times >= records * 0.9 && isOfOurs;
}

/** What else each thing may be in, for a person to choose from. */
export function candidatesOf({ records, fields }: SurveyedFields, found: FieldGuesses): DetectedFields['candidates'] {
  const taken = new Set(Object.values(found).flatMap(({ path, sure }) => (sure ? [path] : [])));
  const isFree = ({ path, values }: SurveyedField) =>
    !taken.has(path) && !notSegments.has(lastKey(path).toLowerCase()) && values.every((value) => !/^[[{]/u.test(value));
  const rest = fields.filter((field) => isFree(field) && !saysTime(field) && field.present >= records * 0.5);
  const answers = fields.filter(({ path }) => path === found.label?.path || path === found.prediction?.path);
  const isAnswer = ({ values }: SurveyedField) =>
    answers.some((answer) => values.every((value) => answer.values.includes(value)));
  const words = rest.filter(
    ({ distinct, times, numbers }) => distinct >= 2 && distinct <= records / 2 && times === 0 && numbers === 0,
  );
  const fitting: Partial<Record<FieldRole, readonly SurveyedField[]>> = {
    id: rest.filter(({ distinct, values }) => distinct >= records * 0.9 && !values.some(isFraction)),
    timestamp: fields.filter((field) => isFree(field) && areTimes(field, field.present)),
    unit: rest.filter(
      ({ distinct, times, values }) => distinct > 10 && distinct < records && times === 0 && !values.some(isFraction),
    ),
    servedBy: rest.filter((field) => field.distinct >= 2 && field.distinct <= mostVersions && !isAnswer(field)),
    latency: rest.filter(({ numbers, present, distinct }) => numbers === present && distinct > 20),
    error: fields.filter(
      (field) => isFree(field) && field.distinct <= 50 && field.present > 0 && field.present < records,
    ),
    prediction: words,
    label: words,
  };
  return Object.fromEntries(
    Object.entries(fitting).map(([role, each]) => [role, each.slice(0, mostCandidates).map(({ path }) => path)]),
  );
}

/** A time of day in any writing, also one that canary does not read, such as `20.11.2026 08:00:00`. */
export function saysTime({ values }: SurveyedField): boolean {
  return values.length > 0 && values.every((value) => timeOfDay.test(value) || day.test(value));
}

/** Not the end of an address, as `10.1.0.2:80`. */
const timeOfDay = /(?<![\d.])(?:[01]?\d|2[0-3]):[0-5]\d(?!\d)/u;
const day = /^(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4})$/u;

/** A measure, and nobody's name. */
function isFraction(value: string): boolean {
  return Number.isFinite(Number(value)) && !Number.isInteger(Number(value));
}

/** Words of which there are few: a language, a device, a country. */
export function segmentsIn(fields: readonly SurveyedField[], records: number): Readonly<Record<string, string>> {
  const few = fields.filter((field) => {
    const { distinct, numbers, times, values } = field;
    return (
      distinct >= 2 &&
      distinct <= Math.min(mostSegmentValues, records / 20) &&
      numbers === 0 &&
      times === 0 &&
      !saysTime(field) &&
      values.every((value) => value.length <= 40 && !/^[[{]/u.test(value))
    );
  });
  const segments: Record<string, string> = {};
  for (const { path } of few) {
    if (Object.keys(segments).length === mostSegments) break;
    const name = lastKey(path).replaceAll(/[^\w-]/gu, '_');
    if (segments[name] === undefined && !notSegments.has(name.toLowerCase())) segments[name] = path;
  }
  return segments;
}

/** Few words that say how a request was handled, and nothing of who sent it. */
const notSegments: ReadonlySet<string> = new Set(
  'level levelname severity logger name event method request_method request_uri authority user_agent http_user_agent taskname kind body_bytes_sent bytes_sent bytes_received request_date date version protocol server_protocol path uri route func funcname module thread threadname process response_flags stream host hostname pod'.split(
    ' ',
  ),
);
