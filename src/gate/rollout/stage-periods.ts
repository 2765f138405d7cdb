import { invalidInput } from '../../domain/errors.ts';
import { formatShare } from '../../domain/format-number.ts';
import { basisOf } from '../../domain/judged.ts';
import type { Stage } from '../../domain/plan.ts';
import type { SettledPeriod, TimedWeight } from '../../domain/stages/period.ts';
import { lastEntered, weightPeriods } from '../../registry/file/weight-periods.ts';
import { isMove } from '../../registry/file/rollout-state.ts';
import { ofStage, type Rollout } from './rollout.ts';

/** What is known of the weights under which a stage's requests were served. */
export interface StagePeriods {
  /** The oldest first, also those in which one version had all traffic; the last is in force. */
  readonly periods: readonly SettledPeriod[];
  /** Who told them: the plan's `requests.weights`, the registry's history, or its traffic where it has no history. */
  readonly toldBy: 'weights' | 'history' | 'traffic';
  /** The candidate's share now, as far as anybody told. */
  readonly weightNow?: number;
  /** Why the weight that the registry has is not yet the router's. */
  readonly pending?: string;
}

/**
 * The periods of a stage that rests on what was served; undefined for one that rests on a replay.
 * @throws UserError (exit 2) for weights in the plan that contradict the registry's history.
 */
export function stagePeriods(rollout: Rollout, stage: Stage): StagePeriods | undefined {
  if (basisOf(rollout.plan, stage) === 'replay') return undefined;
  const { plan, registry, candidate } = ofStage(rollout, stage);
  const { settleMs, from, to } = plan.requests;
  // What a router does later says nothing of a log that ends before.
  const weights = plan.requests.weights?.filter((each) => to === undefined || each.from < to);
  const history = weightPeriods(registry, candidate.version);
  if (weights !== undefined) {
    requireConsistent(weights, history, rollout, settleMs);
    const behind = routerBehind(weights, history);
    return { ...told(weights, settleMs, 'weights'), ...(behind === undefined ? {} : { pending: behind }) };
  }
  const unapplied = registry.applied === false ? { pending: notApplied } : {};
  if (registry.history.some(isMove)) return { ...told(history, settleMs, 'history'), ...unapplied };
  const share = registry.traffic[candidate.version] ?? 0;
  // The stage that is asked for says what a split is that nobody began through the registry.
  const weight = [share, stage.weight].find((each) => each > 0 && each < 1);
  const one = {
    ...(from === undefined ? {} : { from, settledFrom: from }),
    ...(weight === undefined ? {} : { weight }),
  };
  return { periods: [one], toldBy: 'traffic', weightNow: share, ...unapplied };
}

/**
 * The stage that came before, and since when it is in force: with a router that canary does not move not before the plan says so.
 * @throws UserError (exit 2) as `stagePeriods` does.
 */
export function stageBefore(
  rollout: Rollout,
  stage: Stage,
): { readonly name: string; readonly since: string } | undefined {
  const before = lastEntered(rollout.registry, rollout.plan.name);
  const known = before === undefined ? undefined : stagePeriods(rollout, stage);
  const from = known?.toldBy === 'weights' ? known.periods.at(-1)?.from : undefined;
  return before === undefined || from === undefined || from <= before.since ? before : { ...before, since: from };
}

const notApplied = 'the router has not got the last change of weights (applied: false): canary apply writes it again';

function told(changes: readonly TimedWeight[], settleMs: number, toldBy: StagePeriods['toldBy']): StagePeriods {
  const periods = changes.map(({ from, weight, decided }, index): SettledPeriod => {
    const next = changes[index + 1];
    const to = next?.decided ?? next?.from;
    const settled = new Date(Date.parse(from) + settleMs).toISOString();
    const settledFrom = to !== undefined && settled > to ? to : settled;
    return {
      from,
      settledFrom,
      weight,
      ...(decided === undefined ? {} : { decided }),
      ...(to === undefined ? {} : { to }),
    };
  });
  return { periods, toldBy, weightNow: changes.at(-1)?.weight ?? 0 };
}

/** @throws UserError (exit 2) where the plan tells a weight that the registry had not given by then, since it gives any. */
function requireConsistent(
  weights: readonly TimedWeight[],
  history: readonly TimedWeight[],
  { file, candidate: { version } }: Rollout,
  settleMs: number,
): void {
  const first = history.find(({ weight }) => weight > 0);
  if (first === undefined) return;
  // Clocks differ by less than a weight takes to settle.
  const isGiven = ({ from, weight }: TimedWeight) =>
    history.some((given) => given.weight === weight && Date.parse(given.from) <= Date.parse(from) + settleMs);
  const wrong = weights.find((each) => each.from >= first.from && !isGiven(each));
  if (wrong === undefined) return;
  const shares = history.map(({ from, weight }) => `${formatShare(weight)} since ${from}`).join(', ');
  throw invalidInput(
    `${file}: requests.weights say that ${version} has ${formatShare(wrong.weight)} since ${wrong.from}, but the registry had not given it that by then: ${shares}`,
    {
      hint: `Write the weights that the router had, and enter a stage of ${formatShare(wrong.weight)} with canary promote before the router gives it.`,
    },
  );
}

/** The registry gave another weight after the last that the plan knows of. */
function routerBehind(weights: readonly TimedWeight[], history: readonly TimedWeight[]): string | undefined {
  const [latest, last] = [history.at(-1), weights.at(-1)];
  if (latest === undefined || last === undefined || latest.weight === last.weight || latest.weight === 0)
    return undefined;
  return `the registry gives ${formatShare(latest.weight)} since ${latest.from}, and requests.weights end with ${formatShare(last.weight)}: add { from: TIME, weight: ${formatShare(latest.weight)} } once the router gives it`;
}
