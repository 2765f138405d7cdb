import type { DriftBin, DriftFeature, MeasuredDrift, QualityDrift } from '../../domain/drift.ts';
import { formatQuantity } from '../../domain/format-number.ts';
import { driftCells, driftSubject, sideText } from './drift-cells.ts';
import { paragraph, section, paintOf, symbolsOf, type Style } from '../words/style.ts';
import { printableName, printableSentence } from '../words/printable.ts';
import { type Column, numeric, type Row, table } from '../words/table.ts';

const columns: readonly Column[] = [
  { header: 'field', align: 'left', heading: true, shrinksTo: 14 },
  { header: 'kind', align: 'left', optional: true },
  ...numeric('PSI', 'JS', 'KS'),
  { header: 'chi-square', align: 'right', optional: true },
  { header: 'p', align: 'right' },
  { header: '', align: 'left' },
];

/** What the columns are, in the order in which a reader meets them; `r` and `c` are the shares of a bin then and now. */
const formulas: readonly string[] = [
  'PSI = sum of (c - r) ln(c / r) over the deciles of the reference or the categories; r and c are shares, at least 0.0001',
  'JS = square root of (KL(r, m) + KL(c, m)) / 2 in bits, m = (r + c) / 2',
  'KS = largest |F(x) - G(x)| of the two distribution functions',
  'chi-square = sum of (C - k R)^2 / (k (C + R)) over the counts, k = sum C / sum R; degrees of freedom in brackets',
  "p of KS for numbers, of chi-square for categories; a user's requests count as one user's",
];

/** Drift as a section: every field ranked, those that moved with a histogram, and the formulas. Nothing without a reference. */
export function driftSection(drift: MeasuredDrift | undefined, style: Style): string {
  if (drift === undefined) return '';
  const rows: Row[] = drift.features.map((feature) => ({ cells: cells(feature, style) }));
  const moved = drift.features.filter((feature) => feature.moved);
  const { faint } = paintOf(style);
  const lines = [
    ...(rows.length === 0 ? [] : [table(columns, rows, style)]),
    ...moved.map((feature) => histogram(feature, style)),
    ...(drift.quality === undefined ? [] : [qualityLine(drift.quality, style)]),
    ...formulas.map((formula) => faint(paragraph(formula, style, '  '))),
  ];
  return section(`Drift: ${sideText(drift.current)} against ${sideText(drift.reference)}`, lines, style);
}

function cells(feature: DriftFeature, style: Style): string[] {
  const { unsure, faint } = paintOf(style);
  const { name, kind, psi, jensenShannon, ks, chiSquare, pValue, found } = driftCells(feature);
  return [name, kind, psi, jensenShannon, ks, chiSquare, pValue, feature.moved ? unsure(found) : faint(found)];
}

/** Bars of eighths of the largest share, or digits from 0 to 9 where nothing but ASCII can be drawn. */
function bars(shares: readonly number[], largest: number, style: Style): string {
  const steps = style.unicode ? '▁▂▃▄▅▆▇█'.split('') : '0123456789'.split('');
  return shares
    .map((share) => steps[Math.min(steps.length - 1, Math.floor((share / largest) * steps.length))] ?? '')
    .join('');
}

/** The two sides' shares over the bins, one below the other; the ranges' ends, or the categories that moved most. */
function histogram(feature: DriftFeature, style: Style): string {
  const { about, bins, hint } = feature;
  const then = bins.map((bin) => bin.reference);
  const current = bins.map((bin) => bin.current);
  const largest = Math.max(...then, ...current);
  const sides = about === 'prediction' ? ['baseline ', 'candidate'] : ['reference', 'now      '];
  const [before = '', now = ''] = sides;
  const title = driftSubject(feature);
  const most = bins
    .toSorted((a, b) => Math.abs(b.current - b.reference) - Math.abs(a.current - a.reference))
    .slice(0, 3);
  return [
    paragraph(`${title}${hint === undefined ? '' : `: ${printableSentence(hint)}`}`, style, '  '),
    `    ${before} ${bars(then, largest, style)}`,
    `    ${now} ${bars(current, largest, style)}`,
    paragraph(most.map((bin) => binText(bin, style)).join(', '), style, '    '),
  ].join('\n');
}

function binText({ label, reference, current }: DriftBin, style: Style): string {
  const [before, now] = [reference, current].map((share) => formatQuantity(share, 'proportion'));
  return `${printableName(label)} ${before} ${symbolsOf(style).arrow} ${now}`;
}

function qualityLine({ metric, first, second, moved, periods }: QualityDrift, style: Style): string {
  const unit = metric === 'accuracy' ? 'proportion' : 'number';
  const values = periods.map(({ value }) => value);
  const [before, now] = [first, second].map((value) => formatQuantity(value, unit));
  const trend = bars(values, Math.max(...values) || 1, style);
  const word = moved ? paintOf(style).unsure('moved') : paintOf(style).faint('alike');
  const told = `baseline ${metric} over time ${trend} ${before} ${symbolsOf(style).arrow} ${now}  ${word}`;
  return paragraph(told, style, '  ');
}
