import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rolloutRows } from './rollouts/rollout-rows.ts';
import * as cornerGrid from './corner-grid.ts';
import type { Family } from './grid.ts';
import * as grid from './grid.ts';
import * as plannedGrid from './planned-grid.ts';
import * as rankingGrid from './ranking-grid.ts';
import { rolloutHeading, rolloutTable } from './rollouts/rollout-table.ts';
import { csvLine, heading, linesOf, mergeLines, rowOf, summaryTable, withTable } from './rows.ts';

const docs = join(import.meta.dirname, '../../docs');
const page = readFileSync(join(docs, 'calibration.md'), 'utf8');
const rollouts = readFileSync(join(docs, 'calibration-rollouts.csv'), 'utf8');
const csv = readFileSync(join(docs, 'calibration.csv'), 'utf8');

const rates = {
  runs: 300,
  upper: 0.03,
  lower: 0.01,
  strictUpper: 0.05,
  strictLower: 0,
  fixedUpper: 0,
  fixedLower: 0,
  decided: 0.4,
  fixedDecided: 0,
};

function lineOf(method: string, runs: number, population = 'p'): string {
  return csvLine(method, population, { ...rates, runs });
}

/** Cells alone: how wide a table is drawn is the formatter's. */
function cellsOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.startsWith('| -'))
    .map((line) => line.replaceAll(/ +/gu, ' '));
}

test('the tables of the calibration page are what their rows say', () => {
  expect(csv.startsWith(`${heading}\n`)).toBe(true);
  expect(rollouts.startsWith(`${rolloutHeading}\n`)).toBe(true);
  const written = withTable(page, summaryTable(linesOf(csv)));
  expect(cellsOf(page)).toEqual(cellsOf(withTable(written, rolloutTable(linesOf(rollouts, rolloutHeading)))));
});

test('a row tells what missed, what was refused and what is beyond its level', () => {
  const means = csvLine('Means', 'own, 100 units', rates);
  expect(means).toBe('Means,"own, 100 units",300,3.00,1.00,5.00,0.00,,,40,0,strict upper');
  expect(cellsOf(summaryTable([means])).at(-1)).toBe('| Means | 1 | 300 | 2.00% | 3.00% | 5.00% | – | 1 | 1 |');
});

test('a row that is simulated again keeps its place, and the others their numbers', () => {
  const lines = [lineOf('a', 1), lineOf('a', 2, 'q'), lineOf('b', 3)];
  const merged = mergeLines(lines, [lineOf('c', 4), lineOf('a', 5, 'q')]);
  expect(merged).toEqual([lineOf('a', 1), lineOf('a', 5, 'q'), lineOf('b', 3), lineOf('c', 4)]);
});

test('a question that is asked again keeps its place, and the others their answers', () => {
  const lines = ['"one, two","p",1', '"one, two","q",2'];
  expect(mergeLines(lines, ['"three","p",3', '"one, two","p",4'])).toEqual([
    '"one, two","p",4',
    '"one, two","q",2',
    '"three","p",3',
  ]);
});

test('every population of every method is in the table, and no other', () => {
  const families = [grid, cornerGrid, plannedGrid, rankingGrid].flatMap((module) =>
    Object.values(module).filter(isFamily),
  );
  const simulated = families.flatMap(({ title, cells }) => cells.map((cell) => `${title},"${cell.title}"`));
  expect(linesOf(csv).map(rowOf).toSorted()).toEqual(simulated.toSorted());
});

function isFamily(exported: unknown): exported is Family {
  return typeof exported === 'object' && exported !== null && 'cells' in exported;
}

test('every question about whole rollouts is answered on the page, and no other', () => {
  const asked = rolloutRows.map(({ question, population }) => `"${question}","${population}"`);
  expect(linesOf(rollouts, rolloutHeading).map(rowOf).toSorted()).toEqual(asked.toSorted());
});

test('a table takes the place of the one with the same first column', () => {
  const text = 'words\n\n| a | x |\n| - | - |\n\n| b |\n\nmore\n';
  expect(withTable(text, '| a | y |')).toBe('words\n\n| a | y |\n\n| b |\n\nmore\n');
});
