import { logFormatTraits, type RequestFields } from '../../domain/log/log-format.ts';
import type { Coverage, ReplaySettings, RequestFormat, RequestSource, RolloutPlan } from '../../domain/plan.ts';
import { readToldNumbers } from './told-numbers.ts';
import { planDefaults, servedDefaults } from './defaults.ts';
import { normaliseChecks, normaliseGolden } from './checks.ts';
import { readThreshold } from './threshold.ts';
import { readDuration, readFraction, readSpan, type Reading } from './quantity.ts';
import { readFilter } from './filter.ts';
import { readTime } from './time.ts';
import { nodeAt, type TreeNode } from '../../documents/tree.ts';
import type { WrittenCoverage, WrittenPlan, WrittenReplay, WrittenRequests } from './written-plan.ts';

/**
 * Fills in the defaults and turns units into ms and proportions. Every list keeps its order; maps mean the same in any
 * order of their keys.
 * @param written a plan in which the schema and every check found nothing.
 * @param root the same as a tree, for the parts that have a reader of their own.
 * @param read the sections that are read already.
 */
export function normalise(
  written: WrittenPlan,
  root: TreeNode,
  read: Pick<RolloutPlan, 'stages' | 'guardrails'> & { readonly drift: RolloutPlan['drift'] },
): RolloutPlan {
  const { name, model, registry, baseline, candidate, coverage, apply, rollback, withoutLabelMap } = written;
  const threshold = readThreshold(root).value;
  return {
    name,
    model,
    registry,
    baseline,
    candidate,
    ...(withoutLabelMap === undefined ? {} : { withoutLabelMap }),
    requests: normaliseRequests(written.requests, root),
    assignment: {
      scheme: written.assignment?.scheme ?? planDefaults.assignment.scheme,
      salt: written.assignment?.salt ?? name,
    },
    stages: read.stages,
    guardrails: read.guardrails,
    statistics: { ...planDefaults.statistics, ...written.statistics },
    replay: normaliseReplay(written.replay ?? {}),
    ...(coverage === undefined ? {} : { coverage: normaliseCoverage(coverage) }),
    checks: normaliseChecks(written),
    ...(written.golden === undefined ? {} : { golden: normaliseGolden(written.golden, written.checks) }),
    ...(read.drift === undefined ? {} : { drift: read.drift }),
    judge: written.judge ?? planDefaults.judge,
    ...(threshold === undefined ? {} : { threshold }),
    ...(apply === undefined ? {} : { apply }),
    ...(rollback === undefined ? {} : { rollback }),
  };
}

function normaliseRequests(written: WrittenRequests, root: TreeNode): RequestSource {
  const path = ['requests', 'numbers'];
  const format = written.format ?? planDefaults.requests.format;
  return {
    format,
    source: asList(written.source ?? []),
    ...(written.numbers === undefined ? {} : { numbers: readToldNumbers(nodeAt(root, path), path).numbers }),
    fields: normaliseFields(format, written.fields ?? {}),
    ...(written.versions === undefined ? {} : { versions: written.versions }),
    ...(written.answers === undefined ? {} : { answers: written.answers }),
    ...(written.component === undefined ? {} : { component: written.component }),
    segments: { ...written.segments },
    ...(written.labelNames === undefined ? {} : { labelNames: written.labelNames }),
    ...(written.otherLabels === undefined ? {} : { otherLabels: written.otherLabels }),
    ...(written.okStatus === undefined ? {} : { okStatus: written.okStatus.map(String) }),
    maxUnknownLabels: accepted(readFraction(written.maxUnknownLabels ?? planDefaults.requests.maxUnknownLabels)),
    ...(written.where === undefined ? {} : { where: readFilter(written.where) }),
    ...(written.labelsMatureAfter === undefined
      ? {}
      : { labelsMatureAfterMs: accepted(readSpan(written.labelsMatureAfter)) }),
    ...(written.decimal === undefined ? {} : { decimal: written.decimal }),
    ...(written.latencyUnit === undefined ? {} : { latencyUnit: written.latencyUnit }),
    maxRejected: accepted(readFraction(written.maxRejected ?? planDefaults.requests.maxRejected)),
    ...normaliseWindow(written),
  };
}

function normaliseFields(
  format: RequestFormat,
  {
    servedBy,
    latency = servedDefaults.latency,
    error = servedDefaults.error,
    prediction,
    score,
    ...fields
  }: NonNullable<WrittenRequests['fields']>,
): RequestFields {
  const scored = score === undefined ? {} : { score };
  const served = { latency, error, prediction: prediction ?? servedDefaults.prediction, ...scored };
  const isCanary = format === 'canary' || format === 'aggregates';
  return {
    ...logFormatTraits[isCanary ? 'canary' : format].fields,
    ...fields,
    ...(servedBy === undefined ? {} : { served: { by: servedBy, ...served } }),
    ...(prediction === undefined || isCanary ? {} : { answer: prediction }),
  };
}

function normaliseReplay({ timeout, ...written }: WrittenReplay): ReplaySettings {
  const { timeout: defaultTimeout, ...defaults } = planDefaults.replay;
  return { ...defaults, ...written, timeoutMs: accepted(readDuration(timeout ?? defaultTimeout)) };
}

function normaliseCoverage({ hours, segments, minRequests }: WrittenCoverage): Coverage {
  return {
    ...(hours === undefined ? {} : { hours }),
    segments: { ...segments },
    minRequests: minRequests ?? planDefaults.coverage.minRequests,
  };
}

function normaliseWindow({ from, to }: { readonly from?: string; readonly to?: string }) {
  return {
    ...(from === undefined ? {} : { from: accepted(readTime(from)) }),
    ...(to === undefined ? {} : { to: accepted(readTime(to)) }),
  };
}

function asList(source: string | readonly string[]): readonly string[] {
  return typeof source === 'string' ? [source] : source;
}

function accepted<Value>(read: Reading<Value>): Value {
  if (!read.ok) throw new Error(`normalise was given an unchecked value: ${read.problem}`);
  return read.value;
}
