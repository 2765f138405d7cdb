import type { ComparisonNumbers } from '../../domain/evidence.ts';

/** What a mean's interval cannot know of its large values. */
export type MeanTails = Pick<ComparisonNumbers, 'topUnitsShare' | 'cappedShare'>;
