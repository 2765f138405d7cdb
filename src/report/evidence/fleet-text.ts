import type { FleetEntry } from '../document/fleet.ts';
import { printableName, printableSentence } from '../words/printable.ts';
import { page, paragraph, section, type Style } from '../words/style.ts';
import { type Column, table } from '../words/table.ts';
import { decisionWord, verdictLine } from './verdict-text.ts';

const columns: readonly Column[] = [
  { header: 'plan', align: 'left', heading: true, shrinksTo: 16 },
  { header: 'stage', align: 'left', shrinksTo: 8 },
  { header: 'verdict', align: 'left' },
  { header: 'why', align: 'left', shrinksTo: 20 },
];

/** What became of several plans, one to a row. */
export function fleetText(entries: readonly FleetEntry[], style: Style): string {
  const rows = entries.map((entry) => ({
    cells: [
      printableName(entry.planFile),
      printableName(entry.stage ?? ''),
      outcomeWord(entry, style),
      printableSentence(entry.why),
    ],
  }));
  return page([section(`${entries.length} plans`, [table(columns, rows, style)], style)]);
}

/** A rollout that was asked nothing, because it has ended. */
export function endedText({ plan, planFile, why }: FleetEntry, style: Style): string {
  return page([section(printableName(plan ?? planFile), [paragraph(printableSentence(why), style, '  ')], style)]);
}

/** `rollouts/intent.yaml: Verdict: HOLD`, for a plan among several. */
export function fleetLine(entry: FleetEntry, style: Style): string {
  const { planFile, verdict, exitCode } = entry;
  const said =
    verdict === undefined
      ? `no verdict (exit ${exitCode})`
      : verdict === 'none'
        ? 'ended: nothing left to begin'
        : `${verdictLine(verdict, style)}${entry.ended ? ' (ended)' : ''}`;
  return `${printableName(planFile)}: ${said}\n`;
}

function outcomeWord({ verdict, ended, exitCode }: FleetEntry, style: Style): string {
  if (verdict === undefined) return `none (exit ${exitCode})`;
  if (verdict === 'none') return 'ended';
  return ended ? `ended: ${verdict}` : decisionWord(verdict, style);
}
