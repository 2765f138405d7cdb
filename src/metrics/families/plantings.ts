import type { Role } from '../../domain/role.ts';
import { quoteIdentifier, quoteLiteral, doubleSql } from '../../database/database.ts';
import { type AnswerNumber, scoredIn } from '../../domain/scores/answer-numbers.ts';
import type { Score } from '../../domain/scores/score.ts';
import { isScored } from './score-mean.ts';
import {
  current,
  type IntoEvery,
  type IntoSome,
  type Planting,
  type Recipe,
  type Replaced,
} from '../table/planting.ts';

const answered = (role: Role) => `${role}_label IS NOT NULL AND label IS NOT NULL`;

/** A number that differs between requests and is the same at every run. */
const shuffle = 'hash(id)';

/** Some label other than the one that an expression gives, a different one for different requests. */
function otherLabel(labels: readonly string[], than: string): string {
  const list = `[${labels.map(quoteLiteral).join(', ')}]`;
  const step = `(1 + (${shuffle} % ${Math.max(1, labels.length - 1)})::INTEGER)`;
  return `${list}[1 + (coalesce(list_position(${list}, ${than}), 1) - 1 + ${step}) % ${labels.length}]`;
}

/** A request that fails, and one that stops failing: it then answers rightly. */
const failing: Recipe = {
  eligible: 'candidate_present AND candidate_error IS NULL',
  replaced: [
    ['error', `'planted'`],
    ['label', 'NULL::VARCHAR'],
    ['value', 'NULL::DOUBLE'],
    ...scoredIn().map(([name]) => [name, 'NULL::DOUBLE'] as const),
  ],
};
const recovering: Recipe = {
  eligible: 'candidate_present AND candidate_error IS NOT NULL',
  replaced: [
    ['error', 'NULL::VARCHAR'],
    ['label', 'label'],
    ['value', 'try_cast(label AS DOUBLE)'],
    ...scoredIn().map(([name, { ofRightAnswer }]) => [name, ofRightAnswer] as const),
  ],
};

/** A failure more or less. */
export const failures: IntoSome = { into: 'some', falling: recovering, rising: failing, evenly: true };

/** The same where each request is asked several times, some of which may fail anyway: then all do, or none. Its answers are free. */
export const failuresOfAll: IntoSome = {
  into: 'some',
  falling: {
    eligible: 'candidate_present AND candidate_failed_share > 0',
    replaced: [
      ['error', 'NULL::VARCHAR'],
      ['label', 'coalesce(candidate_label, label)'],
      ['failed_share', '0::DOUBLE'],
    ],
  },
  rising: {
    eligible: 'candidate_present AND candidate_failed_share < 1',
    replaced: [
      ['error', `'planted'`],
      ['label', 'NULL::VARCHAR'],
      ['failed_share', '1::DOUBLE'],
    ],
  },
  evenly: false,
};

/** More right answers where a metric rises and fewer where it falls, among the requests that a condition adds to. */
export function rightAnswers(labels: readonly string[], about = 'true'): IntoSome {
  const among = (comparison: string) => `${answered('candidate')} AND ${about} AND candidate_label ${comparison} label`;
  return {
    into: 'some',
    falling: { eligible: among('='), replaced: [['label', otherLabel(labels, 'label')]] },
    rising: { eligible: among('<>'), replaced: [['label', 'label']] },
    evenly: true,
  };
}

/** The same for a metric of mistakes. */
export function wrongAnswers(labels: readonly string[], about?: string): IntoSome {
  const { falling, rising, evenly } = rightAnswers(labels, about);
  return { into: 'some', falling: rising, rising: falling, evenly };
}

/** Wrong answers with one label, which become right, or more of them. Their number follows from how many answers have the label. */
export function answersOf(wanted: string): IntoSome {
  const elsewhere = (comparison: string) =>
    `${answered('candidate')} AND candidate_label ${comparison} ${wanted} AND label <> ${wanted}`;
  return {
    into: 'some',
    falling: { eligible: elsewhere('<>'), replaced: [['label', wanted]] },
    rising: { eligible: elsewhere('='), replaced: [['label', 'label']] },
    evenly: false,
  };
}

export function baselineAnswers(labels: readonly string[]): IntoSome {
  return {
    into: 'some',
    falling: {
      eligible: 'candidate_label = baseline_label',
      replaced: [['label', otherLabel(labels, 'baseline_label')]],
    },
    rising: { eligible: 'candidate_label <> baseline_label', replaced: [['label', 'baseline_label']] },
    evenly: true,
  };
}

const scored = `${answered('candidate')} AND candidate_positive_score IS NOT NULL AND is_positive IS NOT NULL`;

/** Scores that say the opposite, or that say for certain what is right. */
export const scores: IntoSome = {
  into: 'some',
  falling: { eligible: scored, replaced: [['positive_score', '1 - candidate_positive_score']] },
  rising: { eligible: scored, replaced: [['positive_score', 'is_positive::INTEGER::DOUBLE']] },
  evenly: false,
};

/** Answers with the least and with the largest value that a score can have. What is held against people's scores or another answer moves with those too. */
export function extremes(score: Score | undefined): Planting {
  if (score === undefined || score.source.kind === 'pairwise' || score.corrected === true) return { into: 'none' };
  const [least, largest] = score.range;
  const column = `score:${score.name}`;
  const away = (from: number): Recipe => ({
    eligible: `candidate_present AND ${isScored(score, 'candidate')} AND ${current(column)} <> ${doubleSql(from)}`,
    replaced: [[column, doubleSql(from)]],
  });
  return { into: 'some', falling: away(least), rising: away(largest), evenly: false };
}

/** Times may be shifted, which moves every quantile alike. */
export const times: IntoEvery = {
  into: 'every',
  multiplied: (factor) => nanoseconds(`candidate_latency_ns * ${number(factor)}`),
  shifted: (ms) => nanoseconds(`greatest(1, candidate_latency_ns + ${number(ms * 1e6)})`),
};

function nanoseconds(sql: string): Replaced {
  return [['latency_ns', `round(${sql})::BIGINT`]];
}

/** Losses of a number of an answer. @param changed the number at which the loss is the factor's multiple, as SQL of both */
export function everyNumber(name: AnswerNumber, changed: (now: string, factor: string) => string): IntoEvery {
  return { into: 'every', multiplied: (factor) => [[name, changed(`candidate_${name}`, number(factor))]] };
}

const truth = 'try_cast(label AS DOUBLE)';

/** Numbers that are farther from the truth, or nearer to it. */
export const mistakes: IntoEvery = {
  into: 'every',
  multiplied(factor) {
    const away = `${truth} + (candidate_value - ${truth}) * ${number(factor)}`;
    return [['value', `coalesce(${away}, candidate_value)`]];
  },
};

/** A field of the log, which may hold any number. */
export function numbersIn(column: string): IntoEvery {
  const name = quoteIdentifier(column);
  const changed = (sql: string): Replaced => [[column, `CASE WHEN candidate_present THEN ${sql} ELSE ${name} END`]];
  return {
    into: 'every',
    multiplied: (factor) => changed(`${name} * ${number(factor)}`),
    shifted: (by) => changed(`${name} + ${number(by)}`),
    anySign: true,
  };
}

function number(value: number): string {
  return `${value.toExponential()}::DOUBLE`;
}
