import { createHash } from 'node:crypto';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { csvTree } from '../../documents/csv-tree.ts';
import { sourceText } from '../../documents/source-text.ts';
import { child, itemsOf, keysOf, type TreeNode } from '../../documents/tree.ts';
import { messageOf, systemErrorCode, unusableFile } from '../../domain/errors.ts';
import { formatCount } from '../../domain/format-number.ts';
import type { RequestFileFacts } from '../../domain/log/request-file-facts.ts';
import { type SumsColumn, sumsColumns } from '../../domain/log/warehouse-table.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { mostTextBytes, readRegularFile } from '../../files/read-file.ts';
import { mapNumbers, type SumsRow } from '../../metrics/warehouse/sums-table.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** A query's result as it was read. */
export interface ReadSums {
  readonly rows: readonly SumsRow[];
  readonly facts: RequestFileFacts;
}

/**
 * Reads the result of the query of a stage.
 * @param hash of the question that it has to answer.
 * @throws UserError (exit 5) where it is no such result, is cut off, answers another plan or stage, or holds a number that overflowed
 */
export async function readSums(
  { plan, folder, file }: Pick<Rollout, 'plan' | 'folder' | 'file'>,
  stage: string,
  hash: string,
): Promise<ReadSums> {
  const source = onlySource(plan);
  const path = resolve(folder, source);
  const bytes = await bytesOf(path, source);
  const shown = isAbsolute(source) ? source : join(dirname(file), source);
  const items = cellsOf(shown, bytes.toString('utf8'));
  const command = `canary sql ${file} --stage ${stage} --dialect …`;
  requireColumns(items[0], shown, command);
  const rows = items.map((item, index) => rowOf(item, `${shown}, row ${formatCount(index + 1)}`));
  requireAnswer(rows, hash, shown, command);
  requireWhole(rows, shown);
  const log = rows.find(({ part }) => part === 'log');
  if (log === undefined) throw cutOff(shown, 'it has no row of the part log');
  const without = Number(log.numbers.b1);
  return {
    rows,
    facts: {
      path: relative(folder, path).split(sep).join('/'),
      bytes: bytes.byteLength,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      rows: Number(log.numbers.requests),
      rejected: without === 0 ? {} : { 'missing-unit': without },
      collapsed: 0,
    },
  };
}

interface TextRow extends SumsRow {
  readonly plan: string;
  readonly count: string;
}

function onlySource({ requests: { source } }: RolloutPlan): string {
  const [first, second] = source;
  if (first !== undefined && second === undefined) return first;
  throw unusableFile('requests.source names several files, but a query has one result', {
    hint: 'Write source: sums.csv; a stage may have its own source.',
  });
}

async function bytesOf(path: string, source: string): Promise<Buffer> {
  if (!/\.(?:json|csv|tsv)$/iu.test(source)) {
    throw unusableFile(`${source}: not the result of a query`, { hint: 'Its name must end in .csv or .json.' });
  }
  try {
    return await readRegularFile(path, mostTextBytes);
  } catch (error) {
    const absent = systemErrorCode(error) === 'ENOENT';
    throw unusableFile(`${source}: ${absent ? 'there is no such file' : `cannot be read: ${messageOf(error)}`}`, {
      hint: 'Run the query of canary sql in the warehouse and save its result there, as CSV or JSON.',
      cause: error,
    });
  }
}

/** The cells of a row as they are written, by the name of their column in small letters: some numbers have more digits than a double. */
type Cells = ReadonlyMap<string, string>;

function cellsOf(shown: string, text: string): readonly Cells[] {
  if (/\.json$/iu.test(shown)) return jsonCells(shown, text);
  return itemsOf(csvTree(sourceText(shown, text), sumsColumns)).map(
    (item) => new Map(keysOf(item).map((key) => [key.toLowerCase(), writtenOf(child(item, key))])),
  );
}

/** Rows as a list, or one object after the other, as BigQuery and ClickHouse print them. */
function jsonCells(shown: string, text: string): readonly Cells[] {
  const trimmed = text.replace(/^\uFEFF/u, '').trim();
  const list = trimmed.startsWith('{') ? `[${trimmed.split(/\r?\n/u).join(',')}]` : trimmed;
  let rows: unknown;
  try {
    rows = JSON.parse(list.replaceAll(textOrNumber, (written, inQuotes?: string) => inQuotes ?? `"${written}"`));
  } catch (error) {
    throw unusableFile(`${shown}: no JSON: ${messageOf(error)}`, {
      hint: 'Export the result as a list of objects, or as one object per line.',
      cause: error,
    });
  }
  if (!Array.isArray(rows))
    throw unusableFile(`${shown}: not a list of rows`, { hint: 'Export the result as a list of objects.' });
  return rows.map((row: unknown) => {
    const cells = typeof row === 'object' && row !== null ? Object.entries(row) : [];
    return new Map(cells.map(([key, value]: [string, unknown]) => [key.toLowerCase(), cellText(value)]));
  });
}

/** A text in quotes, or else a number, which becomes one so that no digit is lost. */
const textOrNumber = /("(?:[^"\\]|\\.)*")|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gu;

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function requireColumns(first: Cells | undefined, shown: string, command: string): void {
  if (first === undefined)
    throw unusableFile(`${shown}: there is no row`, { hint: `Save the result of ${command} there.` });
  const absent = sumsColumns.filter((column) => !first.has(column));
  if (absent.length === 0) return;
  throw unusableFile(`${shown}: the result has no column ${absent.join(', ')}`, {
    hint: `Save the result of ${command} as it is, with its first line of names.`,
  });
}

function rowOf(cells: Cells, where: string): TextRow {
  const text = (column: SumsColumn) => cells.get(column) ?? '';
  return {
    plan: text('plan'),
    count: text('result_rows'),
    part: text('part'),
    metric: text('metric'),
    cohort: text('cohort'),
    dimension: text('dimension'),
    segment: text('segment'),
    numbers: mapNumbers((column) => wholeOf(text(column), column, where)),
  };
}

function writtenOf(node: TreeNode | undefined): string {
  if (node?.kind !== 'scalar' || node.value === null) return '';
  return node.written;
}

function wholeOf(written: string, column: string, where: string): bigint {
  // Some databases write whole numbers of a decimal type with a point.
  const whole = /^-?\d+(?=(?:\.0+)?$)/u.exec(written)?.[0];
  if (whole !== undefined) return BigInt(whole);
  const found = written === '' ? 'is empty' : `is ${written}, which is not a whole number`;
  throw unusableFile(`${where}: ${column} ${found}: the sum overflowed, or was rounded on its way here`, {
    hint: 'Export the numbers as they are, without a spreadsheet in between; where the warehouse overflowed, cap latency.mean (cap: 2s).',
  });
}

function requireAnswer(rows: readonly TextRow[], hash: string, shown: string, command: string): void {
  const other = rows.find((row) => row.plan !== hash);
  if (other !== undefined) {
    throw unusableFile(
      `${shown}: the result answers the question ${other.plan || '""'}, but this plan and stage ask ${hash}`,
      {
        hint: `The plan changed, or the result is another stage's; run ${command} again and save its result.`,
      },
    );
  }
  const told = rows[0]?.count ?? '';
  if (Number(told) !== rows.length || rows.some(({ count }) => count !== told))
    throw cutOff(shown, `it says that it has ${told} rows, but there are ${formatCount(rows.length)}`);
}

function cutOff(shown: string, why: string): Error {
  return unusableFile(`${shown}: the result is not whole: ${why}`, {
    hint: 'Export all rows; consoles show only the first few.',
  });
}

/** @throws UserError (exit 5) where sums contradict each other, as they do after an overflow that the database did not tell. */
function requireWhole(rows: readonly SumsRow[], shown: string): void {
  const wrong = rows.find(
    ({ part, numbers }) =>
      (part === 'ratio' && !isPossibleRatio(numbers)) ||
      (['pair', 'baseline', 'candidate'].includes(part) && !isPossible(numbers)),
  );
  if (wrong !== undefined)
    throw overflowed(
      shown,
      `the sums of ${wrong.metric} (${wrong.part}, ${formatCount(Number(wrong.numbers.units))} users)`,
    );
}

function overflowed(shown: string, what: string): Error {
  return unusableFile(`${shown}: ${what} overflowed in the warehouse, or were changed since`, {
    hint: 'Cap latency.mean (cap: 2s), or judge a sample of users in a view.',
  });
}

/** Whether squares and cubes can be those of what users move a ratio by, each at most 2^40. */
function isPossibleRatio({ requests, units, b2, b3 }: SumsRow['numbers']): boolean {
  const size = b3 < 0n ? -b3 : b3;
  return requests > 0n && units > 0n && b2 >= 0n && b2 <= units << 80n && size <= b2 << 40n;
}

/**
 * Whether numbers can be sums over units at all: none below 0, and no square of a sum above units times the sum of squares (Cauchy-Schwarz). Of units that
 * are alike the sum alone is told.
 */
function isPossible(numbers: SumsRow['numbers']): boolean {
  const { requests, units, alike, b1, b2, b3, c1, c2, c3, b_largest: b, c_largest: c } = numbers;
  if (requests <= 0n || units <= 0n) return false;
  return [
    [b1, b2, b3, b],
    [c1, c2, c3, c],
  ].every(([first = 0n, second = 0n, third = 0n, largest = 0n]) => {
    if (alike === 1n) return largest >= 0n && first === units * largest;
    const positive = first >= 0n && second >= 0n && third >= 0n;
    const bounded = second <= largest * first && third <= largest * second;
    return positive && bounded && first * first <= units * second && second * second <= first * third;
  });
}
