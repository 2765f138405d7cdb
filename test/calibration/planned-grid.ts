import type { Quantity } from './scenario.ts';
import { cell, cross, durations, type Family, own, paired, proportionPopulation, ratesOf, shapes } from './grid.ts';

/** Logs that end at the planned end, at half of it, and that go on to twice it; users come back between looks. */
const ends = [
  ['', 1, shapes([300, 3000], [1, 50])],
  [', the log ends at half', 2, shapes([3000], [1, 50])],
  [', the log goes on to twice', 0.5, shapes([3000], [1, 50])],
] as const;

const plannedQuantities = [
  ['paired proportions 0.1 to 0.11', { kind: 'difference', relative: false, design: paired }, 'proportions'],
  [
    'served proportions 0.1 to 0.11',
    { kind: 'difference', relative: false, design: { kind: 'served', candidateShare: 0.5 } },
    'proportions',
  ],
  ['own rate 0.1', own, 'rate'],
  ['paired mean', { kind: 'difference', relative: false, design: paired }, 'durations'],
  ['served mean', { kind: 'difference', relative: true, design: { kind: 'served', candidateShare: 0.5 } }, 'durations'],
  ['p95', { kind: 'quantile-difference', probability: 0.95, relative: true, design: paired }, 'durations'],
] as const satisfies readonly [string, Quantity, string][];

export const planned: Family = {
  title: 'Bounds of an end that is planned (inference: planned)',
  cells: ends.flatMap(([when, share, plannedShapes]) =>
    cross(plannedQuantities, plannedShapes)
      .filter(([, [, correlation]]) => correlation !== 0.9)
      .map(([[label, quantity, drawn], [shape, correlation]]) => {
        const populations = {
          proportions: proportionPopulation([0.1, 0.11, 0.02], correlation),
          rate: ratesOf(0.1, correlation),
          durations: durations(0.5, correlation),
        };
        const { title, scenario } = cell(label, quantity, populations[drawn], shape);
        return { title: `${title}${when}`, scenario: { ...scenario, horizon: share * shape.units } };
      }),
  ),
};
