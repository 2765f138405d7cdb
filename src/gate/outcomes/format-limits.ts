import { logFormatTraits } from '../../domain/log/log-format.ts';
import type { Metric } from '../../domain/metric.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { type Role, roles } from '../../domain/role.ts';
import type { Measured } from '../../metrics/table/estimate.ts';
import type { OutcomeSource } from '../../metrics/table/judged-table.ts';
import type { Measurer } from '../../metrics/measurer.ts';
import type { RequestTotals } from '../../requests/table/request-totals.ts';
import { uncomputable } from '../../stats/result.ts';
import { type Refusals, refusalOf } from '../../verdict/refusals.ts';

/** Why a log cannot show latency or errors, where its format holds none and no replay measures them. */
export interface FormatLimits {
  readonly latency?: string;
  readonly errors?: string;
}

/** What the format of a plan's log keeps from being judged. */
export function formatLimits(
  { requests: { format } }: Pick<RolloutPlan, 'requests'>,
  sources: Readonly<Record<Role, OutcomeSource>>,
  { latency: readings }: Pick<RequestTotals, 'latency'>,
): FormatLimits {
  if (format === 'aggregates') return {};
  const { latency, errors } = logFormatTraits[format];
  const measured = roles.some((role) => sources[role].latency === 'measured');
  const recordedErrors = roles.some((role) => sources[role].predictions === 'recorded');
  return {
    ...(latency !== true && !measured ? { latency } : latencyProblem(sources, readings)),
    ...(errors !== true && recordedErrors ? { errors } : {}),
  };
}

/** Recorded latencies that are wrong throughout were taken back. */
function latencyProblem(
  sources: Readonly<Record<Role, OutcomeSource>>,
  readings: RequestTotals['latency'],
): Pick<FormatLimits, 'latency'> {
  const problems = roles.flatMap((role) =>
    sources[role].latency === 'recorded' ? (readings[role]?.problem ?? []) : [],
  );
  return problems.length === 0 ? {} : { latency: [...new Set(problems)].join('; ') };
}

/** The same measurer, whose metrics that the format cannot hold say so instead of what they miss. */
export function namingLimits(measurer: Measurer, limits: FormatLimits): Measurer {
  return answeringFor(measurer, ({ family }, measured) => {
    const why = family === 'latency' ? limits.latency : family === 'error_rate' ? limits.errors : undefined;
    return measured.kind === 'uncomputable' && why !== undefined ? uncomputable(why) : measured;
  });
}

/** The same measurer, which computes nothing from values that are not believed. */
export function refusing(measurer: Measurer, refusals: Refusals): Measurer {
  const answering = answeringFor(measurer, (metric, measured) => {
    const why = refusalOf(refusals, metric);
    return why === undefined ? measured : uncomputable(why);
  });
  const tally: Measurer['tally'] = async (subject) =>
    refusalOf(refusals, subject.metric) === undefined ? await measurer.tally(subject) : undefined;
  return { ...answering, tally };
}

function answeringFor(measurer: Measurer, answer: (metric: Metric, measured: Measured) => Measured): Measurer {
  return {
    measure: async (subject, quantity) => answer(subject.metric, await measurer.measure(subject, quantity)),
    postStratified: (metric, dimensions) => measurer.postStratified(metric, dimensions),
    topUnitsShare: (subject) => measurer.topUnitsShare(subject),
    tally: (subject) => measurer.tally(subject),
  };
}
