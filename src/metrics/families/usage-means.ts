import { doubleSql } from '../../database/database.ts';
import type { Metric } from '../../domain/metric.ts';
import type { Role } from '../../domain/role.ts';
import type { Prices } from '../../domain/scores/prices.ts';
import { both, isUnanswered } from '../table/conditions.ts';
import type { MeanMetric } from '../table/mean-metric.ts';

/** Share of a version's answers whose usage may be unknown. */
const tolerated = 0.01;

const tokensPerPrice = 1e6;

type Tokens = Extract<Metric, { readonly family: 'tokens' }>['tokens'];

/** Mean tokens of a request, or mean tokens of an answer for each second that it took. */
export function tokensMean(of: Tokens): MeanMetric {
  if (of !== 'per_second') return usageMean(`${of} tokens`, (role) => `${role}_${of}_tokens`);
  return usageMean(
    'output tokens and latency',
    (role) => `${role}_output_tokens * 1e9 / nullif(${role}_latency_ns, 0)`,
  );
}

/** Mean cost of a request's tokens, in the currency of the prices. */
export function costMean(prices: Prices): MeanMetric {
  return usageMean('input and output tokens', (role) => {
    const [input, output] = [prices[role].input, prices[role].output].map((price) => doubleSql(price / tokensPerPrice));
    return `${role}_input_tokens * ${input} + ${role}_output_tokens * ${output}`;
  });
}

/** Mean time from a request to the first token of its answer, in ms. @param timeoutMs how long a version is waited for */
export function firstTokenMean(timeoutMs: number | undefined): MeanMetric {
  const mean = usageMean('first_token_ms', (role) => `${role}_first_token_ms`);
  return timeoutMs === undefined ? mean : { ...mean, range: timeoutMs };
}

/** Mean of what answering took. Nothing bounds it, so the largest that was seen stands in for the range. */
function usageMean(what: string, value: (role: Role) => string): MeanMetric {
  const known = (role: Role) => `${role}_present AND isfinite(${value(role)}) AND ${value(role)} >= 0`;
  return {
    domain: known,
    pairedDomain: both(known),
    value: (role) => `least(${value(role)}, 1e150)`,
    divisor: 1,
    fractional: true,
    rangeSeen: true,
    unusable: {
      condition: (role) => `${role}_present AND NOT ${isUnanswered(role)} AND NOT coalesce(${known(role)}, false)`,
      problem: `no ${what}`,
      tolerated,
    },
    absent: `no answer says its ${what}`,
  };
}
