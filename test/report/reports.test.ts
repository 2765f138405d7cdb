import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderReport } from '../../src/gate/report/report-files.ts';
import { reportFormats } from '../../src/report/exports/report-formats.ts';
import { increaseReport, looksReport, rollbackReport } from './example-reports.ts';

// `npm run golden` writes these files anew; read what changed before you commit it.
const extensions = Object.keys(reportFormats);
const reports = { rollback: rollbackReport, increase: increaseReport, looks: looksReport };
const cases = Object.keys(reports).flatMap((name) => extensions.map((extension) => [name, extension] as const));

test.each(cases)('the report of %s as .%s is the one that was reviewed', async (name, extension) => {
  const report = Object.entries(reports).find(([key]) => key === name)?.[1] ?? rollbackReport;
  const golden = join(import.meta.dirname, 'golden', `${name}.${extension}`);
  await expect(await renderReport(extension, report)).toMatchFileSnapshot(golden);
});

test.each(extensions)('a report as .%s says the verdict', async (extension) => {
  expect(await renderReport(extension, rollbackReport)).toMatch(/rollback/iu);
});
