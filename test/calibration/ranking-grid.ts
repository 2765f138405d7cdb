import { cell, compared, comparedName, cross, type Family, shapes } from './grid.ts';
import type { Ranking } from './ranking-truths.ts';

/** As `scores`, and negatives that the candidate alone puts on top. */
const alarmed = [
  [0.5, 1, 0.9, 0],
  [0.05, 1.5, 1.4, 0],
  [0.05, 2.5, 2.5, 0.0005],
] as const;

function rankings(title: string, label: string, ranking: Ranking): Family {
  return {
    title,
    cells: cross(alarmed, cross(compared, shapes([300, 1000, 5000], [1, 50]))).map(
      ([[prevalence, baseline, candidate, topped], [design, [shape, correlation]]]) =>
        cell(
          `${label}${comparedName(design)}, ${100 * prevalence}% positive, ${baseline} to ${candidate} apart${topped === 0 ? '' : `, ${100 * topped}% of negatives on top`}`,
          { kind: 'by-influence', compared: design ?? 'own', ranking },
          { kind: 'scores', prevalence, separation: { baseline, candidate }, pairing: 0.8, correlation, topped },
          shape,
        ),
    ),
  };
}

export const averagePrecisions = rankings('Average precision (linearised by unit)', '', 'precision');

const atOnePercent = rankings('', '1% alarms, ', { alerts: 0.01 });
const atTenPercent = rankings('', '10% alarms, ', { alerts: 0.1 });

export const alertRecalls: Family = {
  title: 'Recall at a share of alarms (linearised by unit)',
  cells: [...atOnePercent.cells, ...atTenPercent.cells],
};
