import type { MeasuredDrift } from '../../domain/drift.ts';
import { countOf } from '../../domain/format-number.ts';
import { driftCells } from '../evidence/drift-cells.ts';
import { numeric } from '../words/table.ts';
import { cut, leftOut, markdownCode, markdownDetails, markdownTable, markdownText } from './markdown-text.ts';
import { printableSentence } from '../words/printable.ts';

const mostRows = 50;

const columns = [
  { header: 'field' },
  { header: 'kind' },
  ...numeric('PSI', 'JS', 'KS', 'p'),
  { header: 'found' },
] as const;

/** How the requests moved against the plan's reference, folded. */
export function driftMarkdown(drift: MeasuredDrift | undefined): string {
  if (drift === undefined) return '';
  const { kept, left } = cut(drift.features, mostRows);
  const rows = kept.map((feature) => {
    const { name, kind, psi, jensenShannon, ks, pValue, found } = driftCells(feature);
    const told = feature.hint === undefined ? found : `${found}: ${printableSentence(feature.hint)}`;
    return [markdownCode(name), ...[kind, psi, jensenShannon, ks, pValue, told].map(markdownText)];
  });
  const moved = drift.features.filter((feature) => feature.moved).length;
  return markdownDetails(`Drift: ${countOf(moved, 'field')} moved`, markdownTable(columns, rows), leftOut(left));
}
