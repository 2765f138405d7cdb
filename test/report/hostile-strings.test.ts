import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { renderReport } from '../../src/gate/report/report-files.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { reportFormats } from '../../src/report/exports/report-formats.ts';
import { reportOf } from './example-reports.ts';
import { hostileEvidence } from './hostile-evidence.ts';

const report = reportOf(hostileEvidence());
const mebibyte = 1024 * 1024;

describe.each(Object.keys(reportFormats))('hostile strings in a report as .%s', (extension) => {
  test('leave no character that a terminal or an editor obeys', async () => {
    const text = await renderReport(extension, report);
    const obeyed = text.match(/(?![\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu) ?? [];
    // A family's or a flag's picture holds joiners; ours are none of these.
    expect([...new Set(obeyed.map((character) => character.codePointAt(0)?.toString(16)))]).toEqual([]);
  });

  test('leave no command that a build log obeys', async () => {
    const text = await renderReport(extension, report);
    expect(text).not.toMatch(/::(?=[a-z])|##(?=\[|vso\[)/iu);
  });
});

test('JSON reads back as what was written', async () => {
  const text = await renderReport('json', report);
  expect(parseEvidence(text, 'evidence.json')).toEqual(report.evidence);
});

describe('Markdown', () => {
  test('has no HTML but its own', async () => {
    const tags = (await renderReport('md', report)).match(/<[^>]*>?/gu) ?? [];
    const own = ['<!-- -->', '</code>', '</details>', '</summary>', '<code>', '<details>', '<summary>'];
    expect([...new Set(tags)].toSorted()).toEqual(own);
  });

  test('stays under 1 MiB', async () => {
    expect(Buffer.byteLength(await renderReport('md', report))).toBeLessThan(mebibyte);
  });
});

describe('JUnit XML', () => {
  test('is well-formed', async ({ skip }) => {
    const xml = await renderReport('xml', report);
    const { error, status, stderr } = spawnSync('xmllint', ['--noout', '-'], { input: xml, encoding: 'utf8' });
    if (error !== undefined) skip('xmllint is not installed');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('CSV', () => {
  test('has as many cells in each row, and none is a formula', async () => {
    const rows = cellsOf(await renderReport('csv', report));
    expect(new Set(rows.map((cells) => cells.length))).toEqual(new Set([rows[0]?.length]));
    const formulas = rows.flat().filter((cell) => /^[=+\-@\t\r]/u.test(cell) && Number.isNaN(Number(cell)));
    expect(formulas).toEqual([]);
  });
});

describe('OpenMetrics', () => {
  test('has one sample a line and no metric but its own', async () => {
    const lines = (await renderReport('prom', report)).trimEnd().split('\n');
    const shape = /^(?:# (?:HELP|TYPE) canary_\w+ .+|canary_\w+\{(?:\w+="(?:[^"\\\n]|\\.)*",?)*\} \S+|# EOF)$/u;
    expect(lines.filter((line) => !shape.test(line))).toEqual([]);
    expect(lines.filter((line) => line.startsWith('# HELP canary_verdict'))).toHaveLength(1);
  });

  test('is accepted by promtool', async ({ skip }) => {
    const text = await renderReport('prom', report);
    const { error, status, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    if (error !== undefined) skip('promtool is not installed');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

/** RFC 4180. */
function cellsOf(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gu)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
    if (end === '') break;
  }
  return rows.filter((cells) => cells.length > 1);
}
