import type { EvidenceInputs } from '../../domain/evidence.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { isRecorded, type Runtime } from '../../domain/registry.ts';
import type { Role } from '../../domain/role.ts';
import type { OutcomeSource } from '../../metrics/table/judged-table.ts';
import type { Rollout } from '../rollout/rollout.ts';

/**
 * Where each version's outcomes come from. Times are compared like with like only: a measured candidate is compared with
 * a baseline measured beside it, never with times from a log, which were taken on other machines under other load.
 */
export function outcomeSources(
  plan: RolloutPlan,
  registered: Readonly<Record<Role, Runtime>>,
): Readonly<Record<Role, OutcomeSource>> {
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
export function sourcesOf({
  plan,
  baseline,
  candidate,
}: Pick<Rollout, 'plan' | 'baseline' | 'candidate'>): Readonly<Record<Role, OutcomeSource>> {
  return outcomeSources(plan, {
    baseline: baseline.entry.artifact.runtime,
    candidate: candidate.entry.artifact.runtime,
  });
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
  sources: Readonly<Record<Role, OutcomeSource>>,
): Pick<EvidenceInputs, 'load'> {
  const isLoad = rate !== undefined || (concurrency ?? 1) > 1;
  if (!isLoad || sources.candidate.latency !== 'measured') return {};
  const limit = concurrency === undefined ? {} : { concurrency };
  if (rate === undefined) return { load: limit };
  return { load: { rate, ...(speedup === undefined ? {} : { speedup }), ...limit } };
}

/** The sources of outcomes that nobody timed yet. */
export function untimed({ baseline, candidate }: Readonly<Record<Role, OutcomeSource>>): Record<Role, OutcomeSource> {
  return { baseline: untimedSource(baseline), candidate: untimedSource(candidate) };
}

function untimedSource(source: OutcomeSource): OutcomeSource {
  return { ...source, latency: 'none', errorsKnown: source.errorsKnown === true };
}

/** The sources once the log is read: a version whose outcomes are recorded has errors only where the log has a place for them. */
export function withErrorsOf(
  sources: Readonly<Record<Role, OutcomeSource>>,
  holdsErrors: Readonly<Partial<Record<Role, boolean>>>,
): Readonly<Record<Role, OutcomeSource>> {
  const known = (role: Role): OutcomeSource => {
    const source = sources[role];
    return source.predictions === 'recorded' ? { ...source, errorsKnown: holdsErrors[role] ?? false } : source;
  };
  return { baseline: known('baseline'), candidate: known('candidate') };
}
