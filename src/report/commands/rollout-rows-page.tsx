import { countOf } from '../../domain/format-number.ts';
import { renderToString } from 'preact-render-to-string';
import type { RolloutRows } from '../document/rollout-rows.ts';
import { DataTable } from '../html/data-table.tsx';
import { Document } from '../html/html-report.tsx';
import { minute, printableName, printableSentence } from '../words/printable.ts';
import { cellsOf, rowHeaders } from './rollout-rows-text.ts';

/** Rollouts as one HTML page. */
export function rolloutRowsPage(rows: RolloutRows): string {
  return `<!DOCTYPE html>\n${renderToString(<Page {...rows} />)}\n`;
}

function Page({ at, rollouts, unreadable }: RolloutRows) {
  return (
    <Document title={countOf(rollouts.length, 'rollout')}>
      <main class="wide">
        <h1>{countOf(rollouts.length, 'rollout')}</h1>
        <p class="note">As of {minute(at)} UTC, the most urgent first.</p>
        <DataTable
          caption="Every rollout, and what it waits for"
          columns={rowHeaders.map((header) => ({ header }))}
          rows={rollouts.map((row) => cellsOf(row, at))}
        />
        {unreadable.length > 0 && (
          <section aria-labelledby="unreadable">
            <h2 id="unreadable">Not readable</h2>
            <ul class="reasons">
              {unreadable.map(({ name, error }) => (
                <li>
                  <code>{printableName(name)}</code>: {printableSentence(error)}
                </li>
              ))}
            </ul>
          </section>
        )}
      </main>
    </Document>
  );
}
