import { formatShare } from '../../domain/format-number.ts';
import { printableName, printableSentence } from '../words/printable.ts';

/** What became of a plan in a tick of the watch. */
interface ToldTick {
  readonly plan: string;
  readonly did: string;
  readonly stage?: string;
  readonly why: string;
  readonly weight?: number;
}

/** A tick on one line, as a log has it. */
export function tickText(at: string, { plan, did, stage, why, weight }: ToldTick): string {
  const where = stage === undefined ? '' : ` ${printableName(stage)}`;
  const share = weight === undefined ? '' : ` (${formatShare(weight)})`;
  return `${at} ${printableSentence(plan)} ${did}${where}${share}: ${printableSentence(why)}\n`;
}
