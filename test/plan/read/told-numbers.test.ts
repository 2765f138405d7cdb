import { describe, expect, test } from 'vitest';
import { readToldNumbers } from '../../../src/plan/read/told-numbers.ts';
import { csvTree } from '../../../src/documents/csv-tree.ts';
import { located } from '../../../src/documents/findings.ts';
import { sourceText } from '../../../src/documents/source-text.ts';
import type { TreeNode } from '../../../src/documents/tree.ts';
import { parseYaml } from '../../../src/documents/yaml-tree.ts';
import { asLine, parsed, problems, shortPlan } from '../plan-text.ts';

const roles = new Map([
  ['baseline', 'baseline'],
  ['candidate', 'candidate'],
  ['1.5.0', 'candidate'],
] as const);

function fromYaml(text: string): TreeNode {
  const { root } = parseYaml(sourceText('numbers.yaml', text));
  if (root === undefined) throw new Error('not YAML');
  return root;
}

function fromCsv(text: string): TreeNode {
  return csvTree(sourceText('numbers.csv', text), ['metric', 'version', 'segment']);
}

function wrong(root: TreeNode): string[] {
  return located(root, readToldNumbers(root, [], roles).findings).map(asLine);
}

const asCsv = `metric,version,value,count,units,variance,segment
latency.mean,candidate,60ms,4000,900,900ms2,
error_rate,1.5.0,0.6%,4000,,,"locale=de-DE, Berlin"
kpi.revenue,baseline,-0.5,10,,4,
`;

test('a table and a list say the same', () => {
  const asYaml = `
- { metric: latency.mean, version: candidate, value: 0.06s, count: 4000, units: 900, stddev: 30ms }
- { metric: error_rate, version: "1.5.0", value: 0.006, count: 4000, segment: "locale=de-DE, Berlin" }
- { metric: kpi.revenue, version: baseline, value: -0.5, count: 10, stddev: 2 }
`;
  const { numbers, findings } = readToldNumbers(fromCsv(asCsv), [], roles);
  expect(findings).toEqual([]);
  expect(numbers).toEqual(readToldNumbers(fromYaml(asYaml), [], roles).numbers);
  expect(numbers[0]).toMatchObject({ value: 60, count: 4000, units: 900, variance: 900, segment: null });
  expect(numbers[1]).toMatchObject({ value: 0.006, segment: { locale: 'de-DE, Berlin' } });
});

test.each([
  ['semicolons', asCsv.replaceAll(',', ';').replace('DE;', 'DE,')],
  ['tabs', asCsv.replaceAll(',', '\t').replace('DE\t', 'DE,')],
  ['Windows line ends and a byte order mark', `\uFEFF${asCsv.replaceAll('\n', '\r\n')}`],
  ['blank lines', asCsv.replaceAll('\n', '\n\n')],
  ['a byte that ends the last line', asCsv.trimEnd()],
])('a table with %s is the same table', (_title, text) => {
  expect(readToldNumbers(fromCsv(text), [], roles)).toEqual(readToldNumbers(fromCsv(asCsv), [], roles));
});

describe('what is wrong with a number is told where it stands', () => {
  test.each([
    ['value: 112', 'latency.p95,candidate,112,', '2:23 value: 112 is not a time with its unit; write 112ms or 112s'],
    ['a decimal comma', 'error_rate,candidate,"0,6%",', '2:22 value: 0,6% is not a number; write 0.6%'],
    ['percent without its sign', 'error_rate,candidate,2,', '2:22 value: 2 is not a proportion; write 2%'],
    ['a unit too many', 'mae,candidate,2ms,', '2:15 value: 2ms has a unit, but mae has none; write 2'],
    [
      'half a request',
      'mae,candidate,2,1.5',
      '2:17 count: 1.5 is not a whole number above 0; write count: 4000, or leave it out',
    ],
    [
      'another version',
      'mae,1.4.9,2,',
      '2:5 version: 1.4.9 is neither of the two versions; write one of baseline, candidate, 1.5.0',
    ],
    [
      'a row that is too long',
      'mae,candidate,2,1,9',
      '2:19 the row has more values than the table has columns; put a value that holds a comma in quotes',
    ],
    ['no value', 'mae,candidate,,', '2:15 value is missing; write value: 0.6%'],
    ['the same twice', 'mae,candidate,2,\nmae,1.5.0,3,', '3:1 mae of 1.5.0 is given twice; keep one of the two'],
  ])('%s', (_title, row, expected) => {
    expect(wrong(fromCsv(`metric,version,value,count\n${row}\n`))).toEqual([`numbers.csv:${expected}`]);
  });

  test.each([
    [
      'a misspelt metric',
      '{ metric: eror_rate, version: candidate, value: 1% }',
      /^numbers.yaml:1:13 metric: eror_rate is not a metric; did you mean error_rate\?/u,
    ],
    ['a misspelt key', '{ metric: mae, version: candidate, valu: 1 }', /1:38 unknown key valu; did you mean value\?$/u],
    [
      'a version that YAML reads as a number',
      '{ metric: mae, version: 1.5, value: 1 }',
      /1:27 version: 1.5 is read as a number; write version: "1.5"$/u,
    ],
    [
      'a variance whose unit nobody knows',
      '{ metric: latency.mean, version: candidate, value: 1s, variance: 900 }',
      /1:68 variance: 900 is not a time squared; write 900ms2 or 900s2, or stddev: 30ms$/u,
    ],
    [
      'two spreads',
      '{ metric: mae, version: candidate, value: 1, variance: 1, stddev: 1 }',
      /stddev says again what variance says; keep one of the two$/u,
    ],
    [
      'more users than requests',
      '{ metric: mae, version: candidate, value: 1, count: 5, units: 6 }',
      /units: 6 is more than the count of 5 requests; each user made at least one$/u,
    ],
    [
      'a segment without a value',
      '{ metric: mae, version: candidate, value: 1, segment: de-DE }',
      /segment: de-DE is not a dimension with its value; write segment: locale=de-DE$/u,
    ],
    ['a number that is text', 'hello', /^numbers.yaml:1:3 a number is a mapping of keys/u],
  ])('%s', (_title, item, expected) => {
    const found = wrong(fromYaml(`- ${item}`));
    expect(found.join('\n')).toMatch(expected);
  });

  test('a file that holds something else', () => {
    expect(wrong(fromYaml('metric: mae'))).toEqual([
      'numbers.yaml:1:1 the file is not a list of numbers; write - { metric: error_rate, version: candidate, value: 0.6%, count: 4000 }',
    ]);
  });
});

function plan(requests: string): string {
  return shortPlan.replace('{ source: requests.jsonl }', () => requests);
}

describe('a plan of numbers', () => {
  const numbers = 'numbers: [{ metric: accuracy, version: candidate, value: 90% }]';

  test('may hold them itself', () => {
    const { plan: read } = parsed(plan(`{ format: aggregates, ${numbers} }`));
    expect(read.requests).toMatchObject({
      format: 'aggregates',
      source: [],
      numbers: [{ value: 0.9, version: 'candidate' }],
    });
  });

  test('may name dimensions that the numbers have', () => {
    const text = plan('{ format: aggregates, source: numbers.csv }').replace('1pp', '1pp, segments: [locale]');
    expect(problems(text)).toEqual([]);
  });

  test.each([
    [
      'numbers and a source',
      `{ format: aggregates, source: a.csv, ${numbers} }`,
      'requests has both numbers and a source of numbers; keep one of the two',
    ],
    [
      'neither',
      '{ format: aggregates }',
      'requests.source is missing; write source: numbers.yaml, or numbers: and the numbers themselves',
    ],
    [
      'numbers of a log',
      `{ ${numbers} }`,
      'numbers are only read with format: aggregates; write format: aggregates, or source: and a request log',
    ],
    [
      'a window',
      '{ format: aggregates, source: a.csv, from: 2026-11-01 }',
      'from selects records, but format: aggregates has none; delete from; give the numbers of that time',
    ],
    [
      'segments',
      '{ format: aggregates, source: a.csv, segments: { a: b } }',
      'segments selects records, but format: aggregates has none; write segment: locale=de-DE at a number',
    ],
    [
      'a format that is none',
      '{ format: aggregate, source: a.csv }',
      expect.stringContaining('did you mean aggregates?'),
    ],
    [
      'no list',
      '{ format: aggregates, numbers: 7 }',
      expect.stringContaining('requests.numbers is not a list of numbers'),
    ],
  ])('with %s is told so', (_title, requests, expected) => {
    const found = problems(plan(requests));
    expect(found).toHaveLength(1);
    expect(found[0]?.replace(/^\S+ /u, '')).toEqual(expected);
  });
});
