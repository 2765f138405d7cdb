import { formatShare } from '../../domain/format-number.ts';
import { printableName, printableSentence } from '../words/printable.ts';
import { paragraph, type Style } from '../words/style.ts';

/** What became of a plan in a tick of the watch. */
interface ToldTick {
  readonly plan: string;
  readonly did: string;
  readonly stage?: string;
  readonly why: string;
  readonly weight?: number;
}

/** A tick on one line, as a log has it; with the style of a terminal it is wrapped beside its time. */
export function tickText(at: string, { plan, did, stage, why, weight }: ToldTick, terminal?: Style): string {
  const where = stage === undefined ? '' : ` ${printableName(stage)}`;
  const share = weight === undefined ? '' : ` (${formatShare(weight)})`;
  const text = `${printableSentence(plan)} ${did}${where}${share}: ${printableSentence(why)}`;
  return terminal === undefined ? `${at} ${text}\n` : `${paragraph(text, terminal, `${at} `)}\n`;
}
