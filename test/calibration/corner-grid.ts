import { largestLogLoss, type Metric } from '../../src/domain/metric.ts';
import { cell, cross, durations, type Family, paired, quantileQuantities, served, shapes, traffic } from './grid.ts';

const timeouts: Metric = { id: 'latency.mean', family: 'latency', statistic: 'mean', timeoutMs: 2000 };
const mistakes: Metric = { id: 'log_loss', family: 'log_loss' };

/** What is measured, its usual value, the largest, and by how much the two versions differ. */
const extremes = [
  [timeouts, 100, 2000, 4],
  [mistakes, 0.3, largestLogLoss, 0.06],
] as const;

export const unmetExtremes: Family = {
  title: 'Means whose difference is all seldom extremes (floor of what has not been met)',
  cells: cross(
    cross(extremes, cross([paired, served[1]], ['candidate', 'baseline'] as const)),
    cross(cross([1000, 5000, 20_000], [1, 20]), [0, 0.9]).filter(
      ([[, most], correlation]) => most > 1 || correlation === 0,
    ),
  ).map(([[[metric, usual, extreme, difference], [design, met]], [[units, mostRequests], correlation]]) =>
    cell(
      `${metric.id} ${design?.kind ?? ''}, met by the ${met}`,
      { kind: 'difference', relative: false, design: design ?? paired },
      { kind: 'extremes', metric, usual, extreme, difference, met, correlation },
      traffic(units, mostRequests),
    ),
  ),
};

/** What a few users bring, between two groups of which one may hold none of them. */
export const spendings: Family = {
  title: 'Served difference of what users spend (few buy at all)',
  cells: cross(cross(served, [false, true]), cross([0.01, 0.05], shapes([300, 1000, 5000, 20_000], [1]))).map(
    ([[design, relative], [buyers, [shape]]]) =>
      cell(
        `${relative ? 'relative, ' : ''}${100 * buyers}% buy`,
        { kind: 'difference', relative, design },
        { kind: 'spending', buyers, sigma: 1, correlation: 0 },
        shape,
      ),
  ),
};

/** Times in whole ms of a model that takes four or so: many tie, the more of them the larger the log. */
export const coarseQuantiles: Family = {
  title: 'Quantiles of durations in whole steps (mid-distribution)',
  cells: cross([0.5, 0.95], shapes([300, 3000, 20_000], [1])).flatMap(([probability, [shape, correlation]]) =>
    quantileQuantities(probability).map(([label, quantity]) =>
      cell(`p${100 * probability} ${label}`, quantity, durations(0.8, correlation, 0.25), shape),
    ),
  ),
};
