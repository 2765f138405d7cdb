import { logFormatTraits } from '../../domain/log/log-format.ts';
import { pathOf, plainKeys } from '../../domain/log/record-path.ts';
import type { SurveyedField } from '../../requests/explain/survey-fields.ts';
import type { LogSample } from './log-sample.ts';

/** A score that each answer in the log of an evaluation has, and the range that its first values suggest. */
export interface DetectedScore {
  readonly name: string;
  readonly range: readonly [least: number, largest: number];
}

const mostScores = 5;

/** The scores in the log of an evaluation; none of any other log, which a plan names itself. */
export function detectScores({ format, survey }: Pick<LogSample, 'format' | 'survey'>): readonly DetectedScore[] {
  if (logFormatTraits[format].ofOneVersion !== true) return [];
  const scores = survey.fields.flatMap((field) => {
    const name = nameOf(field.path);
    // A few answers have no score, since they failed or nothing was asked of them.
    if (name === undefined || field.numbers < survey.records / 2) return [];
    return [{ name, range: rangeOf(field) }];
  });
  const named = scores.filter(({ name }, index) => scores.findIndex((other) => other.name === name) === index);
  // What each assertion says is more than what they come to.
  const telling = named.length > 1 ? named.filter(({ name }) => name !== 'score') : named;
  return telling.slice(0, mostScores);
}

function nameOf(path: string): string | undefined {
  const keys = plainKeys(pathOf(path)) ?? [];
  const [last, ...before] = keys.toReversed();
  if (path === 'gradingResult.score') return last;
  return /^(?:scores|metrics|namedScores)$/u.test(before.toReversed().join('.')) && /^\w+$/u.test(last ?? '')
    ? last
    : undefined;
}

function rangeOf({ values }: SurveyedField): readonly [number, number] {
  const numbers = values.map(Number).filter((value) => Number.isFinite(value));
  return [Math.min(0, Math.floor(Math.min(...numbers))), Math.max(1, Math.ceil(Math.max(...numbers)))];
}
