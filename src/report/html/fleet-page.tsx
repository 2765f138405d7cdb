import { countOf } from '../../domain/format-number.ts';
import { renderToString } from 'preact-render-to-string';
import { nextStep } from '../evidence/verdict-text.ts';
import type { FleetEntry } from '../document/fleet.ts';
import { printableName, printableSentence } from '../words/printable.ts';
import { type Cell, DataTable } from './data-table.tsx';
import { Document } from './html-report.tsx';

const mostReasons = 20;
/** A plan's name of so many characters stays on one line of the table, and so does a shorter name of a model or stage. */
const mostWhole = { plan: 36, part: 22 };

/** Several plans as one page: a table of them, and of each why its verdict is what it is and what comes next. */
export function fleetPage(entries: readonly FleetEntry[]): string {
  return `<!DOCTYPE html>\n${renderToString(<Page entries={entries} />)}\n`;
}

function Page({ entries }: { readonly entries: readonly FleetEntry[] }) {
  const columns = ['plan', 'model', 'versions', 'stage', 'verdict', 'why'].map((header) => ({ header }));
  return (
    <Document title={countOf(entries.length, 'rollout plan')}>
      <main class="wide">
        <h1>{countOf(entries.length, 'rollout plan')}</h1>
        <DataTable
          caption="Every plan with its verdict, or why it has none"
          columns={columns}
          rows={entries.map(row)}
        />
        {entries.map((entry, index) => (
          <Entry entry={entry} id={`plan-${index}`} />
        ))}
      </main>
    </Document>
  );
}

function row(entry: FleetEntry, index: number): Cell[] {
  const { planFile, model = '', baseline, candidate, stage = '', why } = entry;
  const versions = [baseline, candidate].filter((version) => version !== undefined).map(printableName);
  const name = printableName(planFile);
  return [
    {
      content: (
        <a class={name.length <= mostWhole.plan ? 'whole' : undefined} href={`#plan-${index}`}>
          {name}
        </a>
      ),
      value: name,
    },
    whole(printableName(model)),
    whole(versions.join(' → ')),
    whole(printableName(stage)),
    {
      content: <span class={`whole ${classOf(entry) ?? ''}`.trim()}>{outcomeOf(entry)}</span>,
      value: outcomeOf(entry),
    },
    printableSentence(why),
  ];
}

/** A cell that is not broken into lines where it is short. */
function whole(text: string): Cell {
  if (text === '' || text.length > mostWhole.part) return text;
  return { content: <span class="whole">{text}</span>, value: text };
}

function Entry({ entry, id }: { readonly entry: FleetEntry; readonly id: string }) {
  const { planFile, report, why } = entry;
  const reasons = report?.evidence.verdict.reasons ?? [why];
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        {printableName(planFile)}: <span class={classOf(entry)}>{outcomeOf(entry)}</span>
      </h2>
      <ul class="reasons">
        {reasons.slice(0, mostReasons).map((reason) => (
          <li>{printableSentence(reason)}</li>
        ))}
      </ul>
      {report !== undefined && (
        <p class="next">
          Next: <code>{nextStep(report.evidence, planFile).command}</code>
        </p>
      )}
    </section>
  );
}

function outcomeOf({ verdict, ended, exitCode }: FleetEntry): string {
  if (verdict === undefined) return `no verdict (exit ${exitCode})`;
  return ended ? 'ended' : verdict.toUpperCase();
}

function classOf({ verdict, ended }: FleetEntry): string | undefined {
  if (ended) return undefined;
  return verdict === undefined || verdict === 'rollback' ? 'bad' : verdict === 'hold' ? 'unsure' : 'good';
}
