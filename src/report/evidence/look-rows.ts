import type { Evidence } from '../../domain/evidence.ts';
import { formatCount } from '../../domain/format-number.ts';
import { printableName } from '../words/printable.ts';

/** One look in words. */
export interface LookRow {
  readonly evaluated: string;
  readonly stage: string;
  readonly look: string;
  readonly requests: string;
  readonly verdict: string;
}

/** The looks at a rollout as rows, in the order given. */
export function lookRows(looks: readonly Evidence[]): LookRow[] {
  return looks.map(({ createdAt, stage, cohorts, verdict }) => ({
    evaluated: createdAt,
    stage: printableName(stage.name),
    look: `${formatCount(stage.look)} (series ${formatCount(stage.series)})`,
    requests: formatCount(cohorts.find(({ name }) => name === 'all')?.requests ?? 0),
    verdict: verdict.decision.toUpperCase(),
  }));
}
