import { type Role, roles } from '../../domain/role.ts';
import { isComputed, needsTruth, type Score } from '../../domain/scores/score.ts';
import { quoteIdentifier, doubleSql } from '../../database/database.ts';
import { askedColumn, correctedColumn, scoreColumn } from '../../requests/values/wanted-values.ts';
import { isUnanswered, both } from '../table/conditions.ts';
import { fewestTruths } from '../table/scored-answers.ts';
import type { MeanMetric } from '../table/mean-metric.ts';

/** Share of a version's answers that may be without a score. */
const toleratedMissing = 0.01;

/**
 * Mean of a number whose range is known, over the requests that were to be scored. A request that a version did not answer has the
 * worst value of the range. An answer without a score, or with one outside the range, does not count, and above 1% of them nothing does.
 */
export function scoreMean(score: Score): MeanMetric {
  if (score.source.kind === 'pairwise') return winRate(score);
  const [least, largest] = score.range;
  const worst = score.better === 'higher' ? least : largest;
  const asked = askedSql(score);
  const value = (role: Role) =>
    score.corrected === true ? quoteIdentifier(correctedColumn(role, score.name)) : columnOf(score, role);
  const isKnown = (role: Role) =>
    score.corrected === true ? `(${isScored(score, role)} AND ${value(role)} IS NOT NULL)` : isScored(score, role);
  const counts = (role: Role) => `${asked} AND (${isKnown(role)} OR ${isUnanswered(role)})`;
  return {
    domain: counts,
    pairedDomain: both(counts),
    value: (role) => `CASE WHEN ${isUnanswered(role)} THEN ${doubleSql(worst)} ELSE ${value(role)} END`,
    divisor: 1,
    fractional: true,
    range: largest - least,
    // What people and the judge differ by counts for many requests each.
    ...(score.corrected === true ? { rangeSeen: true } : {}),
    unusable: {
      condition: (role) =>
        `${asked} AND ${role}_present AND NOT ${isUnanswered(role)} AND NOT coalesce(${isKnown(role)}, false)`,
      problem: `no ${score.name} in [${least}, ${largest}]${score.corrected === true ? `, or fewer than ${fewestTruths} answers with ${score.truth ?? 'a truth'}` : ''}`,
      tolerated: toleratedMissing,
    },
    absent: `no request has a score ${score.name} of its answer${needsTruth(score) ? ' and a known truth' : ''}`,
  };
}

/** The condition that an answer has a score that counts. */
export function isScored(score: Score, role: Role): string {
  const [least, largest] = score.range;
  const column = columnOf(score, role);
  return `(${role}_present AND NOT ${isUnanswered(role)} AND ${column} BETWEEN ${doubleSql(least)} AND ${doubleSql(largest)})`;
}

/** The condition that a request was to be scored. */
export function askedSql(score: Score): string {
  const drawn = isComputed(score) ? `coalesce(${quoteIdentifier(askedColumn(score.name))}, false)` : 'true';
  return needsTruth(score) ? `(${drawn} AND label IS NOT NULL)` : drawn;
}

function columnOf({ name }: Score, role: Role): string {
  return quoteIdentifier(scoreColumn(role, name));
}

/**
 * Share of the requests on which the candidate's answer is preferred, a tie counting for half of one; the baseline's is 0.5, so that a
 * difference is held against an even chance. A version without an answer loses to one that has an answer.
 */
function winRate(score: Score): MeanMetric {
  const [baseline, candidate] = roles.map((role) => columnOf(score, role));
  const isTold = `(${candidate} BETWEEN 0 AND 1 AND ${baseline} BETWEEN 0 AND 1 AND abs(${candidate} + ${baseline} - 1) < 1e-9)`;
  const present = 'baseline_present AND candidate_present';
  const failed = roles.map((role) => isUnanswered(role)).join(' OR ');
  const counts = `${present} AND (${isTold} OR ${failed})`;
  const preference = `CASE WHEN ${isUnanswered('candidate')} AND ${isUnanswered('baseline')} THEN 0.5
    WHEN ${isUnanswered('candidate')} THEN 0 WHEN ${isUnanswered('baseline')} THEN 1 ELSE ${candidate} END`;
  return {
    domain: () => counts,
    pairedDomain: counts,
    value: (role) => (role === 'baseline' ? '0.5' : preference),
    divisor: 1,
    fractional: true,
    range: 1,
    unusable: {
      condition: () => `${present} AND NOT (${failed}) AND NOT coalesce(${isTold}, false)`,
      problem: `no preference between the two answers that sums to 1 (${score.name})`,
      tolerated: toleratedMissing,
    },
    absent: `no request says which of the two answers was preferred (${score.name})`,
  };
}
