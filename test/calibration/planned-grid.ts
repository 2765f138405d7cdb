import type { Metric } from '../../src/domain/metric.ts';
import type { Population } from './populations.ts';
import type { Quantity } from './scenario.ts';
import {
  type Cell,
  cell,
  cross,
  durations,
  type Family,
  own,
  paired,
  proportionPopulation,
  ratesOf,
  shapes,
} from './grid.ts';
import type { Traffic } from './simulated-log.ts';

/** Logs that end at the planned end, at half of it, and that go on to twice it; users come back between looks. */
const ends = [
  ['', 1, shapes([300, 3000], [1, 50])],
  [', the log ends at half', 2, shapes([3000], [1, 50])],
  [', the log goes on to twice', 0.5, shapes([3000], [1, 50])],
] as const;

const half = { kind: 'served', candidateShare: 0.5 } as const;
const timeouts: Metric = { id: 'latency.mean', family: 'latency', statistic: 'mean', timeoutMs: 2000 };

const everyQuantity: readonly (readonly [string, Quantity, (correlation: number) => Population])[] = [
  ['paired proportions 0.1 to 0.11', { kind: 'difference', relative: false, design: paired }, changed],
  ['served proportions 0.1 to 0.11', { kind: 'difference', relative: false, design: half }, changed],
  ['own rate 0.1', own, (correlation) => ratesOf(0.1, correlation)],
  ['paired mean', { kind: 'difference', relative: false, design: paired }, usual],
  ['served mean', { kind: 'difference', relative: true, design: half }, usual],
  [
    'paired mean of a heavy tail',
    { kind: 'difference', relative: false, design: paired },
    (correlation) => durations(1.2, correlation),
  ],
  [
    'paired mean, all of it timeouts',
    { kind: 'difference', relative: false, design: paired },
    (correlation) => ({
      kind: 'extremes',
      metric: timeouts,
      usual: 100,
      extreme: 2000,
      difference: 4,
      met: 'candidate',
      correlation,
    }),
  ],
  ['p95', { kind: 'quantile-difference', probability: 0.95, relative: true, design: paired }, usual],
];

function changed(correlation: number): Population {
  return proportionPopulation([0.1, 0.11, 0.02], correlation);
}

function usual(correlation: number): Population {
  return durations(0.5, correlation);
}

/** Cells of every quantity on these logs, but for the strongest correlation. */
function cellsOf(logs: readonly [Traffic, number][]): readonly Cell[] {
  return cross(everyQuantity, logs)
    .filter(([, [, correlation]]) => correlation !== 0.9)
    .map(([[label, quantity, populationOf], [shape, correlation]]) =>
      cell(label, quantity, populationOf(correlation), shape),
    );
}

export const planned: Family = {
  title: 'Bounds of an end that is planned (inference: planned)',
  cells: ends.flatMap(([when, share, logs]) =>
    cellsOf(logs).map(({ title, scenario }) => ({
      title: `${title}${when}`,
      scenario: { ...scenario, horizon: share * scenario.traffic.units },
    })),
  ),
};

/** The first look of a log may know of thirty users only, which is the fewest that a sequential bound is tuned for. */
export const tunedForFew: Family = {
  title: 'Sequential bounds that are tuned for the fewest units (N* = 30)',
  cells: cellsOf(shapes([300, 5000], [1, 50])).map(({ title, scenario }) => ({
    title,
    scenario: { ...scenario, plannedUnits: 30 },
  })),
};
