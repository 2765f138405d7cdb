import type { CheckResult, Comparison } from '../../domain/evidence.ts';
import { countOf, formatCount, formatQuantity } from '../../domain/format-number.ts';
import { type Metric, metricTraits } from '../../domain/metric.ts';
import { ownLabels } from '../own-labels.ts';
import { type HeldLog, refusalsOf, toldLabels } from '../refusals.ts';

/**
 * Whether what the log says of truths, answers and failures can be what the models say. It holds where a guardrail would rest on what
 * cannot, and warns of single values.
 * @param metrics those of the plan's guardrails.
 * @param comparisons none where nothing was compared yet.
 */
export function labelsCheck(
  log: HeldLog,
  metrics: readonly Metric[],
  comparisons: readonly Comparison[] = [],
): CheckResult {
  const name = 'labels';
  const { truth, answers, errors } = refusalsOf(log);
  const refused = new Set([truth, answers, errors].flatMap((found) => found ?? []));
  if (refused.size > 0) {
    const matters = metrics.some(
      (metric) => metricTraits(metric).truth || ['agreement', 'error_rate'].includes(metric.family),
    );
    const detail = [...refused].map(({ why, hint }) => `${why}; ${hint}`).join('; ');
    return { name, status: matters ? 'hold' : 'warn', detail };
  }
  const own = ownLabels(log);
  const found = [
    ...(own === undefined ? [] : [own.detail]),
    ...singleValues(log),
    ...measuredOtherwise(log, comparisons),
  ];
  if (found.length > 0) {
    const holds =
      own?.canPass === true && log.ownLabels === 'hold' && metrics.some((metric) => metricTraits(metric).truth);
    return { name, status: holds ? 'hold' : 'warn', detail: found.join('; ') };
  }
  const { truths } = log.reading;
  if (truths === undefined || truths.requests === 0)
    return { name, status: 'not-applicable', detail: 'no request has a true label of a classification' };
  return { name, status: 'pass', detail: `all ${countOf(truths.requests, 'true label')} are labels of the model` };
}

function singleValues({ reading, versions }: HeldLog): string[] {
  const { truths, answers, outcomes } = reading;
  const found: string[] = [];
  if (truths !== undefined && truths.unknown > 0) {
    found.push(
      `${formatCount(truths.unknown)} of ${countOf(truths.requests, 'true label')} are not labels of the model: ${toldLabels(truths)}`,
    );
  }
  for (const role of ['baseline', 'candidate'] as const) {
    const { requests = 0, unreadable = 0, unread } = outcomes[role] ?? {};
    if (unreadable > 0) {
      const example = unread === undefined ? '' : ` (such as ${unread})`;
      found.push(
        `${formatCount(unreadable)} of ${countOf(requests, 'outcome')} of ${versions[role]} cannot be read${example}; each counts as the error bad-outcome`,
      );
    }
    const held = answers[role];
    if (held !== undefined && held.unknown > 0) {
      found.push(
        `${formatCount(held.unknown)} of ${countOf(held.requests, 'answer')} of ${versions[role]} are not labels of it; each counts as the error bad-label: ${toldLabels(held)}`,
      );
    }
  }
  return found;
}

/** A share that differs by more than this from what the registry says of the same version was probably measured on something else. */
const farApart = 0.1;

function measuredOtherwise({ registered, versions }: HeldLog, comparisons: readonly Comparison[]): string[] {
  return comparisons.flatMap((comparison) => {
    const { metric, segment, unit } = comparison;
    const expected = Object.hasOwn(registered, metric) ? registered[metric] : undefined;
    if (expected === undefined || segment !== null || unit !== 'proportion' || 'uncomputable' in comparison) return [];
    if (Math.abs(comparison.baseline - expected) <= farApart) return [];
    const [here, there] = [comparison.baseline, expected].map((value) => formatQuantity(value, 'proportion'));
    return [
      `${metric} of ${versions.baseline} is ${here} in this log and ${there} in the registry: do the true labels belong to these requests?`,
    ];
  });
}
