import type { CheckResult, Evidence } from '../../domain/evidence.ts';
import type { Report } from '../document/report.ts';
import { countOf, formatCount } from '../../domain/format-number.ts';
import { comparisonCells, comparisonGroups } from '../evidence/comparison-cells.ts';
import { evidenceFacts } from '../evidence/evidence-header.ts';
import { commandLine, printableName, printableSentence } from '../words/printable.ts';
import { type Cell, comparisonColumns, DataTable, LeftOut, why } from './data-table.tsx';

const mostRows = 200;

const columns = comparisonColumns('metric');

/** Every metric on the whole, for each kind of comparison and cohort. */
export function CohortSection({ evidence }: { readonly evidence: Evidence }) {
  return (
    <section aria-labelledby="cohorts">
      <h2 id="cohorts">Cohorts</h2>
      {comparisonGroups(evidence).map(({ title, comparisons }) => {
        const wholes = comparisons.filter(({ segment }) => segment === null);
        const rows = wholes.slice(0, mostRows).map((comparison): Cell[] => {
          const { name, requests, users, baseline, candidate, change, interval, missing } = comparisonCells(comparison);
          return [name, requests, users, baseline, candidate, change, interval === '' ? why(missing) : interval];
        });
        return rows.length === 0 ? null : <DataTable caption={title} columns={columns} rows={rows} />;
      })}
    </section>
  );
}

const checkRank: Readonly<Record<CheckResult['status'], number>> = {
  rollback: -1,
  hold: 0,
  warn: 1,
  pass: 2,
  'not-applicable': 3,
};
const checkWords = {
  rollback: '✗ rollback',
  hold: '✗ hold',
  warn: '! warning',
  pass: '✓ pass',
  'not-applicable': 'not applicable',
} as const;
const checkClass = {
  rollback: 'breach',
  hold: 'breach',
  warn: 'unsure',
  pass: 'pass',
  'not-applicable': undefined,
} as const;

/** The checks: those that hold or warn first. */
export function CheckSection({ checks }: { readonly checks: readonly CheckResult[] }) {
  const ordered = checks.toSorted((a, b) => checkRank[a.status] - checkRank[b.status]);
  const rows = ordered
    .slice(0, mostRows)
    .map(({ name, status, detail }): Cell[] => [
      printableName(name),
      { content: <span class={checkClass[status]}>{checkWords[status]}</span>, value: checkRank[status] },
      printableSentence(detail),
    ]);
  const left = checks.length - rows.length;
  return (
    <section aria-labelledby="checks">
      <h2 id="checks">Checks</h2>
      <DataTable
        caption="What the data must be like for a verdict to be trusted"
        columns={[{ header: 'check' }, { header: 'status', whole: true }, { header: 'found' }]}
        rows={rows}
      />
      <LeftOut count={left} what={countOf(left, 'more check')} />
    </section>
  );
}

/** What was evaluated from what, by hash, and the command that does it again. */
export function ReproductionSection({ evidence, planFile }: Pick<Report, 'evidence' | 'planFile'>) {
  const { plan, stage, inputs, tool, digest, createdAt } = evidence;
  const versions = [inputs.baseline, inputs.candidate].flatMap(({ version, sha256 }): Cell[][] =>
    sha256 === undefined ? [] : [[`model ${printableName(version)}`, '', code(sha256)]],
  );
  const further = Object.values(inputs.sources ?? {}).flatMap(({ requests }) => requests);
  const read = [...inputs.requests, ...further, ...(inputs.golden ?? [])];
  const files = read
    .slice(0, mostRows)
    .map(({ path, bytes, sha256 }): Cell[] => [printableName(path), formatCount(bytes), code(sha256)]);
  const hashes: Cell[][] = [['plan', '', code(plan.sha256)], ...versions, ...files, ['evidence', '', code(digest)]];
  return (
    <section aria-labelledby="reproduce">
      <h2 id="reproduce">Reproduce</h2>
      <p>
        <code>{commandLine('canary', 'evaluate', planFile, '--stage', stage.name)}</code>
      </p>
      <p class="note">
        The same plan, models, requests and recorded times give the same evidence, byte for byte where SOURCE_DATE_EPOCH
        is {Math.floor(Date.parse(createdAt) / 1000)}. Evaluated by canary {printableName(tool.version)}.
      </p>
      <dl class="listed">
        {evidenceFacts(evidence, plan.model, { arrow: '→', separator: '·' }).map(([name, text]) => (
          <>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </>
        ))}
      </dl>
      <DataTable
        caption="What was read, and its sha256"
        columns={[{ header: 'input' }, { header: 'bytes', numeric: true }, { header: 'sha256' }]}
        rows={hashes}
      />
      <LeftOut count={read.length - files.length} what={countOf(read.length - files.length, 'more file')} />
    </section>
  );
}

function code(hash: string): Cell {
  return { content: <code>{hash}</code>, value: hash };
}
