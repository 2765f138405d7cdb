import { failures, type MissRates } from './measure.ts';

/** The first line of docs/calibration.csv. Misses and intervals are in percent of the runs; fixed misses are empty where no run had an interval. */
export const heading =
  'method,population,runs,sequential_upper,sequential_lower,strict_upper,strict_lower,fixed_upper,fixed_lower,has_sequential_interval,has_fixed_interval,beyond_its_level';

/** A simulated row as a line of the CSV. Populations are the only cells with commas, so only they are quoted. */
export function csvLine(method: string, population: string, rates: MissRates): string {
  const beyond = [...failures(rates, 'sequential'), ...failures(rates, 'fixed').map((bound) => `fixed ${bound}`)];
  const fixed = rates.fixedDecided === 0 ? ['', ''] : [percent(rates.fixedUpper), percent(rates.fixedLower)];
  const cells = [
    method,
    `"${population}"`,
    rates.runs,
    ...[rates.upper, rates.lower, rates.strictUpper, rates.strictLower].map(percent),
    ...fixed,
    Math.round(100 * rates.decided),
    Math.round(100 * rates.fixedDecided),
    beyond.join('; '),
  ];
  return cells.join(',');
}

function percent(share: number): string {
  return (100 * share).toFixed(2);
}

/** The rows of a CSV, without the line of names. */
export function linesOf(csv: string, names = heading): string[] {
  return csv.split('\n').filter((line) => line !== '' && line !== names);
}

/** The lines with those replaced that were simulated anew: in their old place, and at the end where they are new. */
export function mergeLines(lines: readonly string[], simulated: readonly string[]): string[] {
  const merged = new Map([...lines, ...simulated].map((line) => [rowOf(line), line]));
  return [...merged.values()];
}

/** What is simulated in a line, which no two rows share: all up to the last of the quoted cells. */
export function rowOf(line: string): string {
  return line.slice(0, line.lastIndexOf('"') + 1);
}

function methodOf(line: string): string {
  return line.slice(0, line.indexOf(','));
}

/** The table of docs/calibration.md: what is worst in each method's lines. */
export function summaryTable(lines: readonly string[]): string {
  const methods = [...new Set(lines.map(methodOf))];
  return [
    '| method | rows | runs a row | mean at 5%, 20 looks | worst at 5%, 20 looks | worst at 0.25%, 20 looks | worst fixed 5% | rows mostly refused | beyond its level |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...methods.map((method) =>
      summaryRow(
        method,
        lines.filter((line) => methodOf(line) === method),
      ),
    ),
  ].join('\n');
}

function summaryRow(method: string, lines: readonly string[]): string {
  const rows = lines.map((line) => line.slice(line.lastIndexOf('"') + 2).split(','));
  const shares = (columns: readonly number[]) =>
    rows.flatMap((row) => columns.map((column) => row[column] ?? '')).filter((share) => share !== '');
  const cells = [
    method,
    rows.length,
    Math.min(...rows.map(([runs]) => Number(runs))),
    meanOf(shares([1, 2])),
    worstOf(shares([1, 2])),
    worstOf(shares([3, 4])),
    worstOf(shares([5, 6])),
    rows.filter((row) => Number(row[7]) < 50).length,
    rows.filter((row) => row[9] !== '').length,
  ];
  return `| ${cells.join(' | ')} |`;
}

function meanOf(shares: readonly string[]): string {
  return `${(shares.reduce((sum, share) => sum + Number(share), 0) / shares.length).toFixed(2)}%`;
}

/** A dash where the method is not asked for that, or refused in every run. */
function worstOf(shares: readonly string[]): string {
  return shares.length === 0 ? '–' : `${Math.max(...shares.map(Number)).toFixed(2)}%`;
}

/** The page with the table of the same first column written anew; the words around it are written by hand. */
export function withTable(page: string, table: string): string {
  const first = firstCell(table);
  return page.replaceAll(/(?:^\|.*\n)+/gmu, (old) => (firstCell(old) === first ? `${table}\n` : old));
}

function firstCell(table: string): string {
  return (table.split('|')[1] ?? '').trim();
}
