import type { Comparison, ComparisonNumbers, Evidence } from '../../domain/evidence.ts';
import { changeMeasure } from '../../domain/bound.ts';
import { countOf, formatQuantity, formatShare } from '../../domain/format-number.ts';
import { type Metric, metricTraits, parseMetric } from '../../domain/metric.ts';
import { nameInPlan } from '../../domain/statistics/bounded-metric.ts';
import { judgedCohort, printableName } from '../words/printable.ts';
import { isComputed } from './harm.ts';

const concerns = ['quality', 'errors', 'latency', 'business'] as const;
type Concern = (typeof concerns)[number];

/** How each concern is told of, in the words of somebody who decides nothing: if it rose in the harmful direction, and if it fell. */
const words: Readonly<Record<Concern, readonly [worse: string, better: string, same: string]>> = {
  quality: ['Worse answers', 'Better answers', 'Answers as good as before'],
  errors: ['Fails more often', 'Fails less often', 'Fails as often as before'],
  latency: ['Slower', 'Faster', 'As fast as before'],
  business: ['Worse for the business', 'Better for the business', 'As good for the business'],
};

type Told = Comparison & ComparisonNumbers;

/** A verdict in at most five lines of plain words: the decision, then what is better and what is worse, and how sure that is. */
export function summaryLines({ verdict, stage, comparisons }: Evidence): readonly string[] {
  const cohort = judgedCohort(comparisons);
  const whole = comparisons.filter(isComputed).filter((each) => each.segment === null && each.cohort === cohort);
  const lines = concerns.flatMap((concern) => {
    const first = whole.find(({ metric }) => concernOf(metric) === concern);
    return first === undefined ? [] : [changeLine(concern, first)];
  });
  const segments = segmentLine(
    comparisons.filter(isComputed).filter((each) => each.segment !== null && each.cohort === cohort),
  );
  return [
    decisionLine(verdict.decision, stage),
    ...lines.slice(0, segments === undefined ? 4 : 3),
    ...(segments ?? []),
  ];
}

function decisionLine(decision: Evidence['verdict']['decision'], { name, weight }: Evidence['stage']): string {
  const stage = printableName(name);
  const share = weight === 0 ? 'which exposes nobody' : `which gives it ${formatShare(weight)} of the users`;
  if (decision === 'increase') return `The candidate may enter the stage ${stage}, ${share}.`;
  if (decision === 'rollback') return 'The candidate does harm and should not serve any users.';
  return `The candidate waits before the stage ${stage}: it is not yet proven to be harmless.`;
}

function metricOf(id: string): Metric | undefined {
  return parseMetric(nameInPlan(id));
}

function concernOf(id: string): Concern | undefined {
  const metric = metricOf(id);
  const concern = metric === undefined ? undefined : metricTraits(metric).concern;
  return concerns.find((each) => each === concern);
}

/** Below 0 where users are worse off, above where they are better off, 0 where the interval leaves that open. */
function effectOf({ metric: id, delta, low, high }: Told): { readonly sign: number; readonly isSure: boolean } {
  const metric = metricOf(id);
  const worse = metric !== undefined && metricTraits(metric).worse === 'lower' ? 1 : -1;
  const isSure = low !== undefined && high !== undefined && (low > 0 || high < 0);
  return { sign: worse * Math.sign(delta), isSure };
}

function changeLine(concern: Concern, comparison: Told): string {
  const { metric, unit, delta, baseline, candidate } = comparison;
  const { sign, isSure } = effectOf(comparison);
  const [worse, better, same] = words[concern];
  const name = printableName(metric);
  if (sign === 0) return `${same} (${name}).`;
  const size = formatQuantity(Math.abs(delta), changeMeasure(unit)).replace(/^\+/u, '').replace(/ pp$/u, ' points');
  const sides =
    baseline === undefined || candidate === undefined
      ? ''
      : `, ${formatQuantity(baseline, unit)} to ${formatQuantity(candidate, unit)}`;
  const doubt = isSure ? '' : '; this may be chance';
  return `${sign > 0 ? better : worse} by ${size} (${name}${sides})${doubt}.`;
}

/** In how many segments a change for the worse is proven, of the metric that has most of them. */
function segmentLine(comparisons: readonly Told[]): readonly [string] | undefined {
  if (comparisons.length === 0) return undefined;
  const harmed = comparisons.filter((each) => {
    const { sign, isSure } = effectOf(each);
    return sign < 0 && isSure && concernOf(each.metric) === 'quality';
  });
  const names = [...new Set(harmed.map(({ segment }) => Object.values(segment ?? {}).join(' ')))];
  if (names.length === 0) return ['No segment is proven to be worse off.'];
  const shown = names.slice(0, 3).map(printableName).join(', ');
  return [`Proven worse in ${countOf(names.length, 'segment')}: ${shown}${names.length > 3 ? ', …' : ''}.`];
}
