import type { CheckResult } from '../../domain/evidence.ts';
import type { CheckAction } from '../../domain/plan.ts';
import { listed } from '../listed.ts';

/** A bound that the whole log keeps and a later part of it breaks for certain. */
export interface UnstablePass {
  /** The part, such as `the last day`. */
  readonly part: string;
  /** What was found there, as the guardrail would say it. */
  readonly reason: string;
}

/** What was asked of the later parts of a log. */
export interface Stability {
  /** Names of the parts; none where the log has no time to speak of. */
  readonly parts: readonly string[];
  /** How many passes they were asked about. */
  readonly passes: number;
  readonly unstable: readonly UnstablePass[];
}

/** Whether what passes on the log as a whole still does on its later parts: the whole is an average over its time. */
export function stabilityCheck(action: CheckAction, { parts, passes, unstable }: Stability): CheckResult {
  const name = 'stability';
  if (passes === 0) return { name, status: 'not-applicable', detail: 'nothing passes that could have changed since' };
  if (parts.length === 0) return { name, status: 'not-applicable', detail: 'the requests do not span any time' };
  if (unstable.length === 0)
    return {
      name,
      status: 'pass',
      detail: `what passes on the whole log also does on ${parts.join(' and ')} of it`,
    };
  const found = unstable.map(({ part, reason }) => `on ${part} of the log alone ${reason}`);
  return { name, status: action, detail: `the whole log passes, but ${listed(found)}` };
}
