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
  const answersAreNumbers = candidate.entry.signature.output.kind === 'regression';
  return {
    reading,
    ...(table === undefined ? {} : { agreement: await truthAgreements(table, answersAreNumbers) }),
    versions: { baseline: baseline.version, candidate: candidate.version },
    registered: baseline.entry.metrics ?? {},
    maxUnknownLabels: plan.requests.maxUnknownLabels,
    maxRejected: plan.requests.maxRejected,
    ownLabels: plan.checks.labels.action,
  };
}
