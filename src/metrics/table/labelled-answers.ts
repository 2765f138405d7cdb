import { both, isUnanswered } from './conditions.ts';
import type { MeanMetric } from './mean-metric.ts';

/** What both versions said is known, no answer included. */
const areTold = both((role) => `${role}_label IS NOT NULL OR ${isUnanswered(role)}`);

/** Share of the requests whose truth is known, of those on which the two versions said the same, or not the same. */
export function labelledAnswers(answers: 'alike' | 'different'): MeanMetric {
  const isSame = 'baseline_label IS NOT DISTINCT FROM candidate_label';
  const domain = `${areTold} AND ${answers === 'alike' ? isSame : `NOT (${isSame})`}`;
  return {
    domain: () => domain,
    pairedDomain: domain,
    value: () => '(label IS NOT NULL)::INTEGER',
    divisor: 1,
    absent: `no request got ${answers === 'alike' ? 'the same answer' : 'different answers'} from both versions`,
  };
}
