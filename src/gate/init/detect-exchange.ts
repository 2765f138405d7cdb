import { type LogFormat, logFormatTraits } from '../../domain/log/log-format.ts';
import { isWithin, pathOf } from '../../domain/log/record-path.ts';
import type { SurveyedField } from '../../requests/explain/survey-fields.ts';
import type { DetectedFields } from './detected-fields.ts';
import { named, surely } from './detect-fields.ts';
import { segmentsIn } from './left-over-fields.ts';
import { usualNames } from './field-names.ts';
import type { LogSample } from './log-sample.ts';

/** Where a serving system names who answered a request beside the one place that its format has, or in place of it. */
const furtherServedPlaces: Readonly<Partial<Record<LogFormat, readonly string[]>>> = {
  'kserve-logger': ['inferenceservicename', 'InferenceService', 'inferenceService', 'endpoint', 'Endpoint'],
  'inference-table': ['request_metadata.model_version'],
  // Told from the name of the source, so that no record has it.
  'azure-collector': ['deployment'],
};

/** Where a log of a serving system keeps what its format does not say: who asked, who answered, what was right. */
export function detectExchange({ format, survey, pairs, names }: LogSample): DetectedFields {
  const { records, fields } = survey;
  const traits = logFormatTraits[format];
  const places = [traits.fields.id, traits.fields.timestamp, ...traits.outcomePlaces].map(String);
  const free = fields.filter(({ path }) => !places.some((place) => place === path));
  // Of a log that has a line each for a request and a response, half have what the request says.
  const filled = free.filter(({ present }) => present >= Math.min(records, 50) * 0.4);
  const inside = filled.filter(({ path }) => isInside(path));
  const unit =
    named(inside, usualNames.unit, ({ distinct }) => distinct > 1) ??
    named(filled, usualNames.unit, ({ distinct }) => distinct > 1);
  const servedBy = pairs || names.length < 2 ? undefined : servedByOf(format, fields, names);
  const label = named(inside, usualNames.label, ({ present }) => present > 0);
  const found = {
    ...(unit === undefined ? {} : { unit }),
    ...(servedBy === undefined ? {} : { servedBy }),
    ...(label === undefined ? {} : { label }),
  };
  const taken = Object.values(found).map(({ path }) => path);
  return {
    found,
    candidates: {
      unit: filled
        .filter(({ path, distinct }) => !taken.includes(path) && distinct > 10)
        .map(({ path }) => path)
        .slice(0, 6),
    },
    segments: segmentsIn(
      inside.filter(({ path }) => !taken.some((each) => isWithin(pathOf(path), pathOf(each)))),
      records,
    ),
  };
}

function isInside(path: string): boolean {
  return /^input\.|^metadata\.|customAttributes\./iu.test(path);
}

function servedByOf(
  format: LogFormat,
  fields: readonly SurveyedField[],
  names: LogSample['names'],
): DetectedFields['found']['servedBy'] {
  const examples = names.slice(0, 3).map(([name]) => name);
  const { servedBy } = logFormatTraits[format];
  for (const path of [...(servedBy === undefined ? [] : [servedBy]), ...(furtherServedPlaces[format] ?? [])]) {
    const field = fields.find((each) => each.path === path);
    if (field !== undefined && field.values.some((value) => examples.includes(value)))
      return { ...surely(field), examples };
    if (path === 'deployment') return { path, examples, sure: true };
  }
  return undefined;
}
