import { type Role, roles } from '../../domain/role.ts';
import { quoteIdentifier, doubleSql } from '../../database/database.ts';
import { kpiColumn } from '../../requests/values/wanted-values.ts';
import type { MeanMetric } from '../table/mean-metric.ts';

/**
 * Mean of a number that the log holds of each request, such as revenue or a click. It is what happened after the version that
 * served had answered, so it belongs to that version alone: a record with both versions' outcomes tells nothing of it.
 * @param cap no request counts for more; then the number is no longer computed where a request counts for less than 0, which nothing bounds.
 */
export function businessMetric(field: string, { cap, trigger }: BusinessOptions = {}): MeanMetric {
  const column = quoteIdentifier(kpiColumn(field));
  const where = trigger === undefined ? '' : `${triggeredBy(trigger)} AND `;
  return {
    domain: (role) => `${where}${servedBy(role)} AND ${column} IS NOT NULL AND NOT isnan(${column})`,
    pairedDomain: 'false',
    value: () => `greatest(-1e150, least(${doubleSql(cap ?? 1e150)}, ${column}))`,
    divisor: 1,
    fractional: true,
    ...(cap === undefined ? {} : { range: cap, isCut: () => `${column} > ${doubleSql(cap)}` }),
    unusable: {
      condition: (role) => `${servedBy(role)} AND (isnan(${column})${cap === undefined ? '' : ` OR ${column} < 0`})`,
      problem: `a ${field} that is ${cap === undefined ? '' : 'below 0, where cap bounds only what is above, or '}neither a number nor a boolean`,
    },
    neverPaired:
      'requests have outcomes of both versions, but nobody knows what a user would have done after the other one; a live split is needed',
    absent:
      trigger === undefined
        ? `no request that only one version served has a ${field}`
        : `no request with a ${field} is known on which the versions answer differently; evaluate replays both to find them`,
  };
}

interface BusinessOptions {
  readonly cap?: number | undefined;
  readonly trigger?: 'user' | 'request' | undefined;
}

/** Condition under which a request counts for a metric with a trigger. */
export function triggeredBy(trigger: 'user' | 'request'): string {
  return trigger === 'user' ? 'coalesce(after_difference, false)' : 'coalesce(answers_differ, false)';
}

function servedBy(role: Role): string {
  return roles.map((each) => (each === role ? `${each}_present` : `NOT ${each}_present`)).join(' AND ');
}
