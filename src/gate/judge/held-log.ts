import { freeKindOf } from '../../domain/scores/free-answer.ts';
import type { LogReading } from '../../domain/log/log-reading.ts';
import type { JudgedTable } from '../../metrics/table/judged-table.ts';
import { truthAgreements } from '../../metrics/table/truth-agreement.ts';
import type { HeldLog } from '../../verdict/refusals.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** The log as it was held against the models, once the outcomes are in a table of judged requests; without one before. */
export async function heldLog(
  table: JudgedTable | undefined,
  { plan, baseline, candidate }: Pick<Rollout, 'plan' | 'baseline' | 'candidate'>,
  reading: LogReading,
): Promise<HeldLog> {
  const { output } = candidate.entry.signature;
  // Free answers are seldom the truth letter by letter; how near they are is what their scores tell.
  const isFree = freeKindOf(output) !== undefined;
  return {
    reading,
    ...(table === undefined || isFree ? {} : { agreement: await truthAgreements(table, output.kind === 'regression') }),
    versions: { baseline: baseline.version, candidate: candidate.version },
    registered: baseline.entry.metrics ?? {},
    maxUnknownLabels: plan.requests.maxUnknownLabels,
    maxRejected: plan.requests.maxRejected,
    ownLabels: plan.checks.labels.action,
  };
}
