import type { LatencyUnit } from '../../domain/log/latency-field.ts';
import type { SurveyedField } from '../../requests/explain/survey-fields.ts';
import type { DetectedField } from './detected-fields.ts';
import { namesOf, plainName, usualNames } from './field-names.ts';
import { areTimes } from './left-over-fields.ts';

/** The field of how long a request took, with its unit, or the two times between which it did. */
export function detectLatency(
  free: readonly SurveyedField[],
  all: readonly SurveyedField[],
): DetectedField | undefined {
  for (const name of usualNames.latency) {
    const found = free.find((field) => namesOf(field.path).includes(name) && areDurations(field));
    if (found !== undefined) return inUnit(found);
  }
  return betweenTimes(all);
}

/** A field that a person named, in its unit. */
export function inUnit({ path, values }: SurveyedField, written?: LatencyUnit): DetectedField {
  const unit = written ?? unitOf(path, values);
  const latency = unit === 'ms' ? {} : { latency: { path, unit } };
  return { path, ...latency, examples: values.slice(0, 3), sure: true };
}

function areDurations(field: SurveyedField): boolean {
  const { present, numbers, values } = field;
  // A time since 1970 is a number too.
  return (
    present > 0 &&
    numbers >= present * 0.5 &&
    !areTimes(field, present * 0.6) &&
    values.some((value) => Number(value) > 0)
  );
}

/** By the name where it tells, else by the size: a model that answers within a few thousandths of anything is timed in seconds. */
function unitOf(path: string, values: readonly string[]): LatencyUnit {
  const name = path.toLowerCase();
  const told = units.find(([pattern]) => pattern.test(name));
  if (told !== undefined) return told[1];
  const numbers = values
    .map(Number)
    .filter((value) => value > 0)
    .toSorted((a, b) => a - b);
  const middle = numbers[Math.floor(numbers.length / 2)] ?? 0;
  // Nginx and many frameworks write seconds with three decimals.
  if (middle < 2 && numbers.some((value) => !Number.isInteger(value))) return 's';
  return middle > 1e6 ? 'ns' : 'ms';
}

const units: readonly (readonly [RegExp, LatencyUnit])[] = [
  [/(?:_|\b)(?:ms|msec|millis|milliseconds)$|[a-z]Ms$/u, 'ms'],
  [/(?:_|\b)(?:us|usec|micros|microseconds)$/u, 'us'],
  [/(?:_|\b)(?:ns|nsec|nanos|nanoseconds)$/u, 'ns'],
  [/(?:_|\b)(?:s|sec|secs|seconds)$/u, 's'],
];

function betweenTimes(fields: readonly SurveyedField[]): DetectedField | undefined {
  const end = fields.find(
    (field) => isTime(field) && namesOf(field.path).some((name) => usualNames.end.includes(name)),
  );
  if (end === undefined) return undefined;
  const start = fields.find((field) => field !== end && isTime(field) && isStartOf(field.path, end.path));
  if (start === undefined) return undefined;
  return { path: end.path, latency: { from: start.path, to: end.path }, examples: end.values.slice(0, 3), sure: true };
}

function isTime({ present, times }: SurveyedField): boolean {
  return present > 0 && times >= present * 0.9;
}

/** `startTimeUnixNano` of `endTimeUnixNano`, `started_at` of `ended_at` or `finished_at`. */
function isStartOf(start: string, end: string): boolean {
  const [from, to] = [plainName(start), plainName(end)];
  return (
    from === to.replace(/end(?:ed)?|finished|completed|responded|response/u, 'start') ||
    (/(?:start|begin|began|request|received)/u.test(from) && /at$|time/u.test(from))
  );
}
