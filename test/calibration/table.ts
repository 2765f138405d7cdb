import type { Family } from './grid.ts';
import { failures, type MissRates } from './measure.ts';

/** One simulated row. */
export interface Row {
  readonly title: string;
  readonly rates: MissRates;
}

/** A family's results in markdown: shares in percent, upper bound before lower. */
export function markdownTable(family: Family, rows: readonly Row[]): string {
  const runs = rows[0]?.rates.runs ?? 0;
  return [
    `### ${family.title}`,
    '',
    `${runs} runs a row. Share of runs in which the bound excluded the truth, upper / lower bound, in percent.`,
    '',
    '| population | sequential 5%, 20 looks | sequential 0.25%, 20 looks | fixed 5%, last look | has an interval, sequential / fixed | beyond its level |',
    '|---|---|---|---|---|---|',
    ...rows.map(({ title, rates }) => markdownRow(title, rates)),
    '',
  ].join('\n');
}

function markdownRow(title: string, rates: MissRates): string {
  const beyond = [...failures(rates, 'sequential'), ...failures(rates, 'fixed').map((bound) => `fixed ${bound}`)];
  const cells = [
    title,
    `${percent(rates.upper)} / ${percent(rates.lower)}`,
    `${percent(rates.strictUpper)} / ${percent(rates.strictLower)}`,
    rates.fixedDecided === 0 ? 'refused' : `${percent(rates.fixedUpper)} / ${percent(rates.fixedLower)}`,
    `${Math.round(100 * rates.decided)} / ${Math.round(100 * rates.fixedDecided)}`,
    beyond.join(', ') || '-',
  ];
  return `| ${cells.join(' | ')} |`;
}

function percent(share: number): string {
  return (100 * share).toFixed(2);
}
