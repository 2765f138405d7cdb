import { pairsText, trafficChange } from '../evidence/change-text.ts';
import { fields, page, section } from '../words/paragraph.ts';
import { printableName, printableSentence } from '../words/printable.ts';
import type { RegistryState } from './promotion-text.ts';
import type { Style } from '../words/style.ts';

/** What `rollback --rehearse` did on a copy. */
export interface Rehearsal {
  readonly model: string;
  readonly rollout: { readonly name: string; readonly baseline: string; readonly candidate: string };
  /** The copy before and after. */
  readonly before: RegistryState;
  readonly after: RegistryState;
  readonly at: string;
  /** Where the rehearsal is recorded. */
  readonly registryFile: string;
}

/** A rehearsal as a person reads it. */
export function rehearsalText({ model, rollout, before, after, at, registryFile }: Rehearsal, style: Style): string {
  const title = `${printableName(model)}: rehearsed taking ${printableName(rollout.candidate)} out of traffic`;
  const lines = [
    ['on a copy', trafficChange(before.traffic, after.traffic, style)],
    ['version tag', pairsText(after.aliases)],
    ['live traffic', 'unchanged'],
    ['recorded', `${at.slice(0, 10)}, succeeded, in ${printableSentence(registryFile)}`],
  ] as const;
  return page([section(title, [fields(lines, style)], style)]);
}
