import { holdsNumbers } from '../../domain/told-number.ts';
import type { EvidenceInputs } from '../../domain/evidence.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { isRecorded, type Runtime } from '../../domain/registry.ts';
import { type Role, roles } from '../../domain/role.ts';
import type { OutcomeSource } from '../../metrics/table/judged-table.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { logFormatTraits } from '../../domain/log/log-format.ts';
import type { Metric } from '../../domain/metric.ts';
import type { Measured } from '../../metrics/table/estimate.ts';
import type { Measurer } from '../../metrics/measurer.ts';
import type { RequestTotals } from '../../requests/table/request-totals.ts';
import { uncomputable } from '../../stats/result.ts';
import { type Refusals, refusalOf } from '../../verdict/refusals.ts';

/** Where the outcomes of both versions come from. */
export type OutcomeSources = Readonly<Record<Role, OutcomeSource>>;

/**
 * Where each version's outcomes come from. Times are compared like with like only: a measured candidate is compared with
 * a baseline measured beside it, never with times from a log, which were taken on other machines under other load.
 */
export function outcomeSources(plan: RolloutPlan, registered: Readonly<Record<Role, Runtime>>): OutcomeSources {
  // A live split is about what was served, whatever could be replayed.
  const runtimes: Readonly<Record<Role, Runtime>> =
    plan.requests.fields.served === undefined ? registered : { baseline: 'recorded', candidate: 'recorded' };
  const sourceOf = (role: Role): OutcomeSource => {
    const latency = latencySource(plan, runtimes, role);
    return {
      predictions: isRecorded(runtimes[role]) ? 'recorded' : 'replayed',
      latency,
      timeoutMs: plan.replay.timeoutMs,
      // A replay sees every error but those of a queue; what a log could hold is known once it is read.
      errorsKnown: latency === 'measured' && plan.replay.rate !== undefined ? 'timed' : true,
    };
  };
  return { baseline: sourceOf('baseline'), candidate: sourceOf('candidate') };
}

/** The same for the two versions of a rollout. */
export function sourcesOf(rollout: Pick<Rollout, 'plan' | Role>): OutcomeSources {
  const runtimeOf = (role: Role) => rollout[role].entry.artifact.runtime;
  return outcomeSources(rollout.plan, { baseline: runtimeOf('baseline'), candidate: runtimeOf('candidate') });
}

function latencySource(
  plan: RolloutPlan,
  runtimes: Readonly<Record<Role, Runtime>>,
  role: Role,
): OutcomeSource['latency'] {
  // Timing requests one by one takes a while; nobody does it for its own sake.
  if (!plan.guardrails.some(({ metric }) => metric.family === 'latency')) return 'none';
  if (plan.replay.latency === 'recorded' || isRecorded(runtimes.candidate)) return 'recorded';
  return isRecorded(runtimes[role]) ? 'none' : 'measured';
}

/** How the requests came while they were timed, where that was under load. */
export function loadFacts(
  { replay: { rate, concurrency, speedup } }: Pick<RolloutPlan, 'replay'>,
  sources: OutcomeSources,
): Pick<EvidenceInputs, 'load'> {
  const isLoad = rate !== undefined || (concurrency ?? 1) > 1;
  if (!isLoad || sources.candidate.latency !== 'measured') return {};
  const limit = concurrency === undefined ? {} : { concurrency };
  if (rate === undefined) return { load: limit };
  return { load: { rate, ...(speedup === undefined ? {} : { speedup }), ...limit } };
}

/** How often each request was asked, where that was more than once. */
export function repeatFacts({ replay: { repeats } }: Pick<RolloutPlan, 'replay'>): Pick<EvidenceInputs, 'repeats'> {
  return repeats === undefined ? {} : { repeats };
}

/** The sources of outcomes that nobody timed yet. */
export function untimed({ baseline, candidate }: OutcomeSources): OutcomeSources {
  return { baseline: untimedSource(baseline), candidate: untimedSource(candidate) };
}

function untimedSource(source: OutcomeSource): OutcomeSource {
  return { ...source, latency: 'none', errorsKnown: source.errorsKnown === true };
}

/** The sources once the log is read: a version whose outcomes are recorded has errors only where the log has a place for them. */
export function withErrorsOf(
  sources: OutcomeSources,
  holdsErrors: Readonly<Partial<Record<Role, boolean>>>,
): OutcomeSources {
  const known = (role: Role): OutcomeSource => {
    const source = sources[role];
    return source.predictions === 'recorded' ? { ...source, errorsKnown: holdsErrors[role] ?? false } : source;
  };
  return { baseline: known('baseline'), candidate: known('candidate') };
}

/** Why a log cannot show latency or errors, where its format holds none and no replay measures them. */
export interface FormatLimits {
  readonly latency?: string;
  readonly errors?: string;
}

/** What the format of a plan's log keeps from being judged. */
export function formatLimits(
  { requests: { format } }: Pick<RolloutPlan, 'requests'>,
  sources: OutcomeSources,
  { latency: readings }: Pick<RequestTotals, 'latency'>,
): FormatLimits {
  if (holdsNumbers(format)) return {};
  const { latency, errors } = logFormatTraits[format];
  const measured = roles.some((role) => sources[role].latency === 'measured');
  const recordedErrors = roles.some((role) => sources[role].predictions === 'recorded');
  return {
    ...(latency !== true && !measured ? { latency } : latencyProblem(sources, readings)),
    ...(errors !== true && recordedErrors ? { errors } : {}),
  };
}

/** Recorded latencies that are wrong throughout were taken back. */
function latencyProblem(sources: OutcomeSources, readings: RequestTotals['latency']): Pick<FormatLimits, 'latency'> {
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
    tails: (subject) => measurer.tails(subject),
    tally: (subject) => measurer.tally(subject),
  };
}
