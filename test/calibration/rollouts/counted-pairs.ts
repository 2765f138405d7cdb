import type { Measurer } from '../../../src/metrics/measurer.ts';
import type { Slice } from '../../../src/metrics/table/slice.ts';
import { pairedDifference } from '../../../src/stats/estimates/paired-difference.ts';
import type { PairedSums } from '../../../src/stats/sums/paired-sums.ts';
import { requestTotalsOf } from '../../../src/stats/sums/sample.ts';
import type { TalliedUsers } from '../../../src/stats/sums/user-tally.ts';
import type { Random } from '../random.ts';

/** Users with one pair each, of whom the candidate lost some and gained some: all that sums need. */
export interface PairCounts {
  users: number;
  lost: number;
  gained: number;
}

const baselineRight = 0.85;

/** How often one of the two alone is right where nothing is lost: 3% of the answers differ by chance. */
const differing = 0.015;

/** Adds a user on whom the candidate loses with a chance beyond what differs by luck. */
export function addPair(random: Random, counts: PairCounts, loss: number): void {
  counts.users += 1;
  const luck = random.uniform();
  if (luck < differing + loss) counts.lost += 1;
  else if (luck < 2 * differing + loss) counts.gained += 1;
}

export function noPairs(): PairCounts {
  return { users: 0, lost: 0, gained: 0 };
}

export function totalOf(counts: readonly PairCounts[]): PairCounts {
  const sum = (of: (each: PairCounts) => number) => counts.reduce((all, each) => all + of(each), 0);
  return { users: sum(({ users }) => users), lost: sum(({ lost }) => lost), gained: sum(({ gained }) => gained) };
}

/** Measures accuracy on the pairs of whatever slice is asked for. */
export function pairsMeasurer(countsOf: (slice: Slice) => PairCounts): Measurer {
  return {
    measure: async ({ metric, slice }) =>
      metric.family === 'left_out'
        ? { kind: 'uncomputable', reason: 'nothing is left out' }
        : pairedDifference(sumsOf(countsOf(slice))),
    postStratified: async () => undefined,
    tails: async () => ({}),
    tally: async ({ slice }) => tallyOf(countsOf(slice)),
  };
}

function tallyOf({ users, lost, gained }: PairCounts): readonly TalliedUsers[] {
  return [
    { requests: 1, change: -1, users: lost },
    { requests: 1, change: 0, users: users - lost - gained },
    { requests: 1, change: 1, users: gained },
  ].filter((each) => each.users > 0);
}

/** What they add up to, in three groups: those who lost, gained, and neither. */
function sumsOf({ users, lost, gained }: PairCounts): PairedSums | { kind: 'uncomputable'; reason: string } {
  const totals = requestTotalsOf({ units: users, sum: users, sumOfSquares: users, largest: 1 });
  if (totals.kind === 'uncomputable') return totals;
  const difference = gained - lost;
  const mean = difference / users;
  const groups = [
    { change: -1, count: lost },
    { change: 0, count: users - lost - gained },
    { change: 1, count: gained },
  ].filter(({ count }) => count > 0);
  const residual = (change: number) => (change - mean) / (1 - 1 / users);
  const columns = (of: (group: { readonly change: number; readonly count: number }) => number) =>
    Float64Array.from(groups, of);
  const right = Math.round(baselineRight * users);
  const requests = columns(() => 1);
  const units = columns(({ count }) => count);
  return {
    kind: 'pair',
    totals,
    baseline: { kind: 'column', sum: right, sumOfSquares: right, sumOfSizes: right, largest: 1 },
    candidate: {
      kind: 'column',
      sum: right + difference,
      sumOfSquares: right + difference,
      sumOfSizes: right + difference,
      largest: 1,
    },
    difference,
    residuals: {
      requests,
      units,
      squares: columns(({ change, count }) => count * residual(change) ** 2),
      cubes: columns(({ change, count }) => count * residual(change) ** 3),
    },
    contributions: {
      requests,
      units,
      total: columns(({ change, count }) => count * change),
      squares: columns(({ change, count }) => count * Math.abs(change)),
      deviations: columns(({ change, count }) => count * (change - mean) ** 2),
      withEvent: lost + gained,
      withOther: users - lost - gained,
    },
  };
}
