import type { EvidenceStatistics } from '../../domain/evidence.ts';
import { formatCount } from '../../domain/format-number.ts';
import type { Inference } from '../../domain/statistics/inference.ts';

/** How often bounds may be looked at: ends a sentence. */
export function validityOf(inference: Inference): string {
  switch (inference) {
    case 'sequential':
      return 'valid at every look';
    case 'fixed':
      return 'valid for one look';
    case 'planned':
      return 'valid at every look until the planned end';
  }
}

/** What looking again does: a clause after the look's number. */
export function lookAdvice({ inference, horizon, movedFrom = [] }: EvidenceStatistics, users: number): string {
  switch (inference) {
    case 'sequential':
      return 'looking again is safe';
    case 'fixed':
      return 'this log is judged once';
    case 'planned': {
      if (horizon === undefined) return 'looking again is safe until the planned end';
      const from = movedFrom.length === 0 ? '' : `, moved from ${movedFrom.map(formatCount).join(' and ')}`;
      return users < horizon
        ? `${formatCount(users)} of ${formatCount(horizon)} planned users${from}; looking again is safe`
        : `the planned ${formatCount(horizon)} users are there${from}; what is tested from now on rests on the alpha that was kept`;
    }
  }
}
