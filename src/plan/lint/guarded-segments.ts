import { formatShare } from '../../domain/format-number.ts';
import type { LintRule } from './rule.ts';

const largestIgnored = 0.1;
const most = 3;

/** An average hides a segment that loses; one of more than a tenth of the traffic is too large to be hidden. */
export const guardedSegments: LintRule = {
  name: 'guarded-segments',
  about: 'facts',
  check({ guardrails, requests }, _registry, { log }) {
    if (log === undefined || guardrails.some(({ autoSegments }) => autoSegments === true)) return [];
    const guarded = new Set(guardrails.flatMap(({ segments }) => segments));
    return Object.keys(requests.segments).flatMap((dimension) => {
      if (guarded.has(dimension)) return [];
      const counts = log.segments.get(dimension) ?? new Map<string, number>();
      const large = [...counts].filter(([, count]) => count > log.requests * largestIgnored && count < log.requests);
      if (large.length === 0) return [];
      const named = large
        .slice(0, most)
        .map(([value, count]) => `${value} ${formatShare(Number((count / log.requests).toPrecision(2)))}`);
      const more = large.length > most ? ' and others' : '';
      return [
        {
          severity: 'warning' as const,
          path: ['requests', 'segments', dimension],
          message: `no guardrail looks at ${dimension} (${named.join(', ')}${more} of the traffic), so a loss in one of them could go unnoticed`,
          hint: `add segments: [${dimension}] to a guardrail, or segments: auto`,
        },
      ];
    });
  },
};
