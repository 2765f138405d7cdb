import { stringify } from 'csv-stringify/sync';
import { countOf } from '../../domain/format-number.ts';
import type { FleetEntry } from '../document/fleet.ts';
import { printableName, printableSentence } from '../words/printable.ts';
import { mostCharacters } from './comment-size.ts';
import { fleetEmbeddedMetrics } from './embedded-metrics.ts';
import { fleetJunit } from './junit.ts';
import { markdownReport } from './markdown.ts';
import { markdownBlocks, markdownCode, markdownDetails, markdownTable, markdownText } from './markdown-text.ts';
import { fleetOpenMetrics } from './open-metrics.ts';

/** Turns what became of several plans into the text of one file. */
type FleetRenderer = (entries: readonly FleetEntry[]) => string | Promise<string>;

/** The kinds of files that several plans are reported in, by extension: each lists every plan with its verdict or its error. */
export const fleetFormats: Readonly<Record<string, FleetRenderer>> = {
  html: async (entries) => (await import('../html/fleet-page.tsx')).fleetPage(entries),
  md: fleetMarkdown,
  json: fleetJson,
  xml: fleetJunit,
  csv: fleetCsv,
  prom: fleetOpenMetrics,
  'emf.json': fleetEmbeddedMetrics,
};

/** The documents of all plans as one JSON list. */
export function fleetJson(entries: readonly FleetEntry[]): string {
  return `[${entries.map(({ document }) => document.trimEnd()).join(',\n')}]\n`;
}

const marks = { increase: '✅', hold: '⏸️', rollback: '⏪', none: '🏁' } as const;

/** The table of all plans, with each plan's own report folded below while there is room. */
export function fleetMarkdown(entries: readonly FleetEntry[]): string {
  const summary = fleetSummary(entries);
  const reports = entries.flatMap(({ planFile, report }) =>
    report === undefined ? [] : [markdownDetails(printableName(planFile), markdownReport(report).trimEnd())],
  );
  let room = mostCharacters - summary.length - 200;
  const shown = reports.filter((text) => {
    const fits = text.length + 2 <= room;
    if (fits) room -= text.length + 2;
    return fits;
  });
  const left = reports.length - shown.length;
  const more =
    left === 0 ? '' : `The reports of ${countOf(left, 'plan')} do not fit in a comment; the HTML report has them all.`;
  return `${markdownBlocks(summary.trimEnd(), ...shown, more)}\n`;
}

/** The table alone. */
export function fleetSummary(entries: readonly FleetEntry[]): string {
  const columns = ['plan', 'model', 'stage', 'verdict', 'why'].map((header) => ({ header }));
  const rows = entries.map(({ planFile, model = '', stage = '', verdict, ended, exitCode, why }) => [
    markdownCode(printableName(planFile)),
    markdownText(printableName(model)),
    markdownText(printableName(stage)),
    verdict === undefined ? `⚠️ none (exit ${exitCode})` : `${marks[verdict]} ${ended ? 'ended' : verdict}`,
    markdownText(printableSentence(short(why))),
  ]);
  return `${markdownBlocks(`## ${entries.length} plans`, markdownTable(columns, rows))}\n`;
}

const mostOfAReason = 300;

function short(why: string): string {
  return why.length <= mostOfAReason ? why : `${why.slice(0, mostOfAReason)}…`;
}

function fleetCsv(entries: readonly FleetEntry[]): string {
  const columns = [
    'plan_file',
    'plan',
    'model',
    'baseline',
    'candidate',
    'stage',
    'verdict',
    'ended',
    'exit_code',
    'why',
  ];
  const rows = entries.map((entry) => [
    ...[entry.planFile, entry.plan, entry.model, entry.baseline, entry.candidate, entry.stage, entry.verdict].map(
      (text) => printableSentence(text ?? ''),
    ),
    String(entry.ended),
    String(entry.exitCode),
    printableSentence(entry.why),
  ]);
  return stringify(rows, { header: true, columns, record_delimiter: '\r\n', escape_formulas: true });
}
