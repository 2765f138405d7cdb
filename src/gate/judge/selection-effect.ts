import { boundsOwnValue } from '../../domain/bound.ts';
import { type Metric, metricTraits } from '../../domain/metric.ts';
import type { Bound, RolloutPlan } from '../../domain/plan.ts';
import type { Role } from '../../domain/role.ts';
import type { Measurer } from '../../metrics/measurer.ts';
import type { StageScope } from '../../metrics/table/stage-scope.ts';
import type { Losses } from '../../requests/table/losses.ts';
import type { Subject } from '../../metrics/table/subject.ts';

/** What the check reads, beside what passed. */
export interface SelectionSource {
  readonly plan: RolloutPlan;
  readonly scope: StageScope;
  /** Measures the guarded metrics. */
  readonly measurer: Measurer;
  /** Measures the shares of requests that they leave out. */
  readonly shares: Measurer;
  /** What each version of a live split lost before anything was measured. */
  readonly losses?: readonly Losses[];
  /** N* of the sequential bounds. */
  readonly plannedUnits: number;
}

/** Shares of requests that a metric leaves out of each version. */
export interface LeftOutShares {
  readonly baseline: number;
  readonly candidate: number;
  /** Whether the candidate's share is larger for certain, or the baseline's is. */
  readonly proven: Role | 'neither';
}

type Quantile = Metric & { readonly family: 'latency'; readonly statistic: 'quantile' };

/**
 * The most that the requests which a metric leaves out of one version alone could change of a bound's quantity: their share times the
 * metric's range. The range of a mean latency is the timeout; a quantile moves to where it would be if those requests were the slowest of
 * all, or the baseline's the fastest.
 * @returns in the bound's own unit; Infinity where nothing limits it.
 */
export async function selectionEffect(
  source: SelectionSource,
  subject: Subject,
  bound: Bound,
  shares: LeftOutShares,
): Promise<number> {
  const { metric } = subject;
  const both = await source.measurer.measure(subject, 'difference');
  const absolute =
    metric.family === 'latency' && metric.statistic === 'quantile'
      ? await quantileShift(source, subject, metric, shares)
      : Math.abs(shares.candidate - shares.baseline) * rangeOf(source, metric);
  if (boundsOwnValue(bound.kind) || !bound.relative) return absolute;
  const baseline = 'baseline' in both ? both.baseline : undefined;
  return baseline !== undefined && baseline > 0 ? absolute / baseline : Infinity;
}

function rangeOf({ plan }: SelectionSource, metric: Metric): number {
  if ('cap' in metric && metric.cap !== undefined) return metric.cap;
  return metric.family === 'latency' ? plan.replay.timeoutMs : (metricTraits(metric).range ?? Infinity);
}

async function quantileShift(
  source: SelectionSource,
  subject: Subject,
  metric: Quantile,
  { proven, baseline, candidate }: LeftOutShares,
): Promise<number> {
  const { probability } = metric;
  const [role, excess, known]: [Role, number, number] =
    proven === 'candidate'
      ? ['candidate', candidate - baseline, 1 - candidate]
      : ['baseline', baseline - candidate, 1 - baseline];
  // With a share e of slower requests beside the known ones k, the quantile p of all is the quantile p (k + e) / k of the known ones.
  const moved =
    role === 'candidate' ? probability * (1 + excess / known) : probability - (excess * (1 - probability)) / known;
  if (!(moved > 0 && moved < 1)) return Infinity;
  const at = await quantileOf(source, subject, metric, role);
  const there = await quantileOf(
    source,
    subject,
    { ...metric, id: `latency.p${moved * 100}`, probability: moved },
    role,
  );
  return at === undefined || there === undefined ? Infinity : Math.abs(there - at);
}

/** One version's quantile in ms, on the requests that the comparison is about. */
async function quantileOf(
  { measurer }: SelectionSource,
  subject: Subject,
  metric: Quantile,
  role: Role,
): Promise<number | undefined> {
  const measured = await measurer.measure({ ...subject, metric }, 'difference');
  return measured.kind === 'linearized' || measured.kind === 'valueOnly' ? measured[role] : undefined;
}
