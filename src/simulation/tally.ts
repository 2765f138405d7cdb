import type { Decision } from '../domain/registry.ts';
import type { WalkedRollout } from './walk.ts';

/** How often something happened, with what chance alone leaves open about it (Wilson's interval at 95%). */
export interface Share {
  readonly count: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** What a stage came to over all simulated rollouts. */
export interface StageTally {
  readonly name: string;
  readonly weight: number;
  /** Rollouts that came to this stage. */
  readonly reached: number;
  /** Of all rollouts, how many it let through, kept waiting until the log ended, or took back. */
  readonly increase: Share;
  readonly hold: Share;
  readonly rollback: Share;
  /** Looks until an increase or rollback, of those that had one; absent where none had. */
  readonly medianLooks?: number;
}

/** Quantiles over simulated rollouts. */
export interface Spread {
  readonly median: number;
  readonly p90: number;
  readonly max: number;
}

export interface SimulationTally {
  readonly runs: number;
  readonly outcomes: Readonly<Record<Decision, Share>>;
  readonly stages: readonly StageTally[];
  readonly exposedRequests: Spread;
  readonly exposedUsers: Spread;
  readonly harmedUsers: Spread;
}

/** Adds up simulated rollouts. */
export function tallyRollouts(
  stages: readonly { readonly name: string; readonly weight: number }[],
  rollouts: readonly WalkedRollout[],
): SimulationTally {
  const runs = rollouts.length;
  const outcomeShare = (decision: Decision) =>
    wilson(rollouts.filter(({ outcome }) => outcome === decision).length, runs);
  return {
    runs,
    outcomes: {
      increase: outcomeShare('increase'),
      hold: outcomeShare('hold'),
      rollback: outcomeShare('rollback'),
    },
    stages: stages.map(({ name, weight }) => {
      const walked = rollouts.flatMap((rollout) => rollout.stages.filter((stage) => stage.name === name));
      const share = (decision: Decision) => wilson(walked.filter((stage) => stage.decision === decision).length, runs);
      const looks = walked.filter(({ decision }) => decision !== 'hold').map((stage) => stage.looks);
      return {
        name,
        weight,
        reached: walked.length,
        increase: share('increase'),
        hold: share('hold'),
        rollback: share('rollback'),
        ...(looks.length === 0 ? {} : { medianLooks: at(sorted(looks), 0.5) }),
      };
    }),
    exposedRequests: spread(rollouts.map(({ exposure }) => exposure.requests)),
    exposedUsers: spread(rollouts.map(({ exposure }) => exposure.users)),
    harmedUsers: spread(rollouts.map(({ exposure }) => exposure.harmedUsers)),
  };
}

const z = 1.959963984540054;

/** Wilson 1927, Probable inference, the law of succession, and statistical inference; 95%. */
export function wilson(count: number, runs: number): Share {
  const share = count / runs;
  const centre = (share + z ** 2 / (2 * runs)) / (1 + z ** 2 / runs);
  const half = (z / (1 + z ** 2 / runs)) * Math.sqrt((share * (1 - share)) / runs + z ** 2 / (4 * runs ** 2));
  return {
    count,
    share,
    low: count === 0 ? 0 : Math.max(0, centre - half),
    high: count === runs ? 1 : Math.min(1, centre + half),
  };
}

function spread(values: readonly number[]): Spread {
  const ordered = sorted(values);
  return { median: at(ordered, 0.5), p90: at(ordered, 0.9), max: ordered.at(-1) ?? 0 };
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

/** The smallest value that at least this share of the values does not exceed. */
function at(ordered: readonly number[], share: number): number {
  return ordered[Math.max(0, Math.ceil(share * ordered.length) - 1)] ?? 0;
}
