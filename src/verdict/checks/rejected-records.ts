import type { CheckResult } from '../../domain/evidence.ts';
import type { RequestFileFacts } from '../../domain/log/request-file-facts.ts';
import { countOf, formatQuantity } from '../../domain/format-number.ts';

/**
 * Whether so many records were rejected that the rest may not stand for the log.
 * @param maxRejected largest share of the log's rows that may be rejected, in [0, 1].
 */
export function rejectedRecords(files: readonly RequestFileFacts[], maxRejected: number): CheckResult {
  const byReason = new Map<string, number>();
  let rows = 0;
  let rejected = 0;
  let unsampled = 0;
  for (const file of files) {
    // What the plan leaves out says nothing of the records that count.
    rows += file.rows - (file.leftOut?.records ?? 0);
    unsampled += file.unsampled ?? 0;
    for (const [reason, count] of Object.entries(file.rejected)) {
      rejected += count;
      byReason.set(reason, (byReason.get(reason) ?? 0) + count);
    }
  }
  const name = 'rejected';
  if (rejected === 0) return { name, status: 'pass', detail: `all of ${countOf(rows, 'record')} can be used` };
  // Copies are compared within a sample of users alone; all else is found in the whole log.
  const conflicting = byReason.get('conflicting-copies') ?? 0;
  const share = (rejected - conflicting) / rows + conflicting / Math.max(1, rows - unsampled);
  const reasons = [...byReason]
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${reason} ${count}`);
  const found = `${countOf(rejected, 'record')} of ${rows} (${formatQuantity(share, 'proportion', maxRejected)}) rejected: ${reasons.join(', ')}`;
  return share > maxRejected
    ? { name, status: 'hold', detail: `${found}; the plan allows ${formatQuantity(maxRejected, 'proportion')}` }
    : { name, status: 'pass', detail: found };
}
