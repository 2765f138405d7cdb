import type { CheckResult } from '../../domain/evidence.ts';
import { logFormatTraits } from '../../domain/log/log-format.ts';
import type { RequestFileFacts } from '../../domain/log/request-file-facts.ts';
import { countOf, formatQuantity } from '../../domain/format-number.ts';
import type { RequestSource } from '../../domain/plan.ts';
import { holdsNumbers } from '../../domain/told-number.ts';

/**
 * Whether so many records were rejected that the rest may not stand for the log. An evaluation may have asked more versions than two; their
 * answers are no loss.
 */
export function rejectedRecords(
  files: readonly RequestFileFacts[],
  { format, maxRejected }: Pick<RequestSource, 'format' | 'maxRejected'>,
): CheckResult {
  const ofOneVersion = !holdsNumbers(format) && logFormatTraits[format].ofOneVersion === true;
  const byReason = new Map<string, number>();
  let rows = 0;
  let rejected = 0;
  let unsampled = 0;
  let ofOthers = 0;
  for (const file of files) {
    // What the plan leaves out says nothing of the records that count.
    rows += file.rows - (file.leftOut?.records ?? 0);
    unsampled += file.unsampled ?? 0;
    for (const [reason, count] of Object.entries(file.rejected)) {
      if (ofOneVersion && reason === 'other-version') {
        rows -= count;
        ofOthers += count;
        continue;
      }
      rejected += count;
      byReason.set(reason, (byReason.get(reason) ?? 0) + count);
    }
  }
  const name = 'rejected';
  const others = ofOthers === 0 ? '' : `; ${countOf(ofOthers, 'more is', 'more are')} of other versions`;
  if (rejected === 0) return { name, status: 'pass', detail: `all of ${countOf(rows, 'record')} can be used${others}` };
  // Copies are compared within a sample of users alone; all else is found in the whole log.
  const conflicting = byReason.get('conflicting-copies') ?? 0;
  const share = (rejected - conflicting) / rows + conflicting / Math.max(1, rows - unsampled);
  const reasons = [...byReason]
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${reason} ${count}`);
  const found = `${countOf(rejected, 'record')} of ${rows} (${formatQuantity(share, 'proportion', maxRejected)}) rejected: ${reasons.join(', ')}${others}`;
  return share > maxRejected
    ? { name, status: 'hold', detail: `${found}; the plan allows ${formatQuantity(maxRejected, 'proportion')}` }
    : { name, status: 'pass', detail: found };
}
