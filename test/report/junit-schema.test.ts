import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { junitReport } from '../../src/report/exports/junit.ts';
import { manySegments } from './example-evidence.ts';
import { increaseReport, reportOf, rollbackReport } from './example-reports.ts';
import { hostileEvidence } from './hostile-evidence.ts';

const schema = join(import.meta.dirname, 'junit.xsd');

test.for([
  ['rollback', rollbackReport],
  ['increase', increaseReport],
  ['many segments', reportOf(manySegments(40))],
  ['hostile strings', reportOf(hostileEvidence())],
] as const)('the JUnit report of %s keeps the rules of the schema', ([, report], { skip }) => {
  const { error, status, stderr } = spawnSync('xmllint', ['--noout', '--schema', schema, '-'], {
    input: junitReport(report),
    encoding: 'utf8',
  });
  if (error !== undefined) skip('xmllint is not installed');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '- validates\n' });
});

test('what is not proven has not passed', () => {
  const xml = junitReport(rollbackReport);
  expect(xml).toMatch(/tests="12" failures="4" errors="1" skipped="1"/u);
  for (const type of ['breach', 'inconclusive', 'hold']) expect(xml).toContain(`type="${type}"`);
});
