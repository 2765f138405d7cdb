import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { invalidInput } from '../../domain/errors.ts';
import { guardedMetrics, planOfStage } from '../../domain/judged.ts';
import type { OutcomeColumns } from '../../domain/log/warehouse-table.ts';
import type { Metric } from '../../domain/metric.ts';
import type { Stage } from '../../domain/plan.ts';
import { resolveBoth } from '../../domain/resolve-version.ts';
import { roles } from '../../domain/role.ts';
import { hashes32 } from '../../assignment/hashes/murmur3.ts';
import type { SumsQuestion } from '../../metrics/warehouse/sums-question.ts';
import { selectionShares } from '../../metrics/families/selection-shares.ts';
import { summedMetric } from '../../metrics/warehouse/summed-metric.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** What a stage asks of the warehouse, and the hash by which its answer is known. */
export interface AskedSums {
  readonly question: SumsQuestion;
  readonly hash: string;
  /** Why the table cannot tell a metric; undefined where it can. */
  readonly untold: (metric: Metric) => string | undefined;
}

/** Changes where the same question would be asked, or its answer written, otherwise. */
const questionVersion = 3;

/**
 * The question of a stage.
 * @throws UserError (exit 2) where the plan is not judged on sums, or the versions answer in other labels
 */
export function askedSums(rollout: Rollout, stage: Stage): AskedSums {
  const plan = planOfStage(rollout.plan, stage);
  const { warehouse, segments, otherLabels = [] } = plan.requests;
  if (warehouse === undefined)
    throw invalidInput(`The requests of ${plan.name} are not judged on the sums of a warehouse`, {
      hint: 'Write requests: { format: sums, source: sums.csv, table: …, columns: … } and assignment: { scheme: md5 }.',
    });
  const labels = labelsOf(rollout);
  const untold = (metric: Metric) => untoldBy(metric, warehouse);
  const told = guardedMetrics(plan).filter((metric) => untold(metric) === undefined);
  const asked = [...told, ...selectionShares(told, 'paired')].flatMap((metric) => summedMetric(metric) ?? []);
  const question: SumsQuestion = {
    table: warehouse,
    segments: Object.entries(segments),
    salt: plan.assignment.salt,
    cutoff: Math.ceil(stage.weight * hashes32),
    labels: labels && { ...labels, truth: [...new Set([...labels.baseline, ...labels.candidate, ...otherLabels])] },
    metrics: asked,
    timeoutMs: plan.replay.timeoutMs,
  };
  const written = { version: questionVersion, ...question, metrics: asked.map(({ id }) => id) };
  return { question, hash: createHash('sha256').update(canonicalJson(written)).digest('hex').slice(0, 16), untold };
}

function labelsOf({ plan, registry, baseline, candidate }: Rollout) {
  const outputs = [baseline, candidate].map(({ entry }) => entry.signature.output);
  const [left, right] = outputs.map((output) => (output.kind === 'classification' ? output.labels : undefined));
  if (left === undefined || right === undefined) return undefined;
  const written = resolveBoth(plan, registry)?.candidate.entry.signature.output;
  if (written?.kind === 'classification' && canonicalJson(written.labels) !== canonicalJson(right))
    throw invalidInput(
      `${candidate.version} answers in other labels than ${baseline.version}, which a warehouse does not map`,
      {
        hint: `Make a view in which the column of its answers has the labels of ${baseline.version}, and judge a log until then.`,
      },
    );
  return { baseline: left, candidate: right };
}

/** Why sums, or the columns that the plan names, do not tell a metric. */
function untoldBy(
  metric: Metric,
  {
    label,
    baseline,
    candidate,
  }: { readonly label?: string; readonly baseline: OutcomeColumns; readonly candidate: OutcomeColumns },
): string | undefined {
  const without = (columns: readonly (keyof OutcomeColumns)[]) =>
    roles.find((role) => columns.every((column) => ({ baseline, candidate })[role][column] === undefined));
  const missing = (columns: readonly (keyof OutcomeColumns)[]) => {
    const role = without(columns);
    return role === undefined ? undefined : `requests.columns.${role} names no column of ${columns.join(' or ')}`;
  };
  switch (metric.family) {
    case 'error_rate':
      return missing(['error', 'prediction']);
    case 'accuracy':
    case 'recall':
      return label === undefined ? 'requests.columns names no label' : missing(['prediction']);
    case 'agreement':
      return missing(['prediction']);
    case 'latency':
      return metric.statistic === 'mean'
        ? missing(['latency'])
        : 'a percentile needs the times themselves, which sums do not hold; guard latency.mean with a cap, or judge a log';
    case 'left_out':
      return untoldBy(metric.of, { baseline, candidate, ...(label === undefined ? {} : { label }) });
    case 'labelled':
      return label === undefined ? 'requests.columns names no label' : missing(['prediction']);
    case 'kpi':
      return 'a replay does not show what users did with the answers';
    default:
      return `${metric.id} needs more than sums by user; judge a log`;
  }
}
