import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { UserError } from '../../src/domain/errors.ts';
import { sourcesOf } from '../../src/gate/outcomes/outcome-sources.ts';
import { ofStage, openRollout } from '../../src/gate/rollout/rollout.ts';
import { readOptionsOf } from '../../src/gate/rollout/stage-requests.ts';
import { resolveRequestFiles } from '../../src/requests/files/request-files.ts';
import { readRequests } from '../../src/requests/read-requests.ts';
import { temporaryFolder } from '../cli/harness.ts';
import { worldAt } from '../gate/world-at.ts';
import { formatFixtures } from '../requests/formats/import-fixture.ts';
import { budget, damaged } from './damage.ts';

let db: Database;
beforeAll(async () => {
  db = await openDatabase({ tempFolder: join(mkdtempSync(join(tmpdir(), 'canary-fuzz-')), 'spill') });
});
afterAll(() => db.close());

/**
 * Reads damaged copies of a plan's log. @returns the seeds for which it threw what is not an error of the user's, or lost count of the lines
 */
async function crashes(folder: string): Promise<readonly string[]> {
  const opened = await openRollout(worldAt(folder), 'plan.yaml');
  const [first] = opened.plan.stages;
  const rollout = first === undefined ? opened : ofStage(opened, first);
  const files = await resolveRequestFiles(rollout.folder, rollout.plan.requests.source);
  const found: string[] = [];
  for (let seed = budget.seed; seed < budget.seed + budget.logs; seed += 1) {
    const copy = temporaryFolder();
    for (const { path } of files) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), damaged(readFileSync(join(folder, path)), seed));
    }
    // One that was refused leaves tables behind, as its command would have ended.
    const fresh = await openDatabase({ tempFolder: join(copy, 'spill') });
    try {
      const options = readOptionsOf({ ...rollout, folder: copy }, sourcesOf(rollout));
      const { totals } = await readRequests(fresh, options);
      const { rows, accepted, rejected, collapsed, outsideWindow, leftOut, unsampled, earlier } = totals;
      const told =
        accepted + rejected + collapsed + outsideWindow + leftOut.records + unsampled + (earlier?.requests ?? 0);
      if (told !== rows) found.push(`seed ${seed}: ${told} of ${rows} rows`);
    } catch (error) {
      if (!(error instanceof UserError)) found.push(`seed ${seed}: ${String(error)}`);
    } finally {
      await fresh.close();
    }
  }
  return found;
}

const formats = [
  'azure-collector',
  'inference-table',
  'inference-table-columns',
  'kserve-logger',
  'kserve-outputs',
  'kserve-seldon',
  'sagemaker-capture',
  'sagemaker-header-rows',
  'sagemaker-hugging-face',
  'tf-serving',
  'vertex-log',
];

describe('no damaged log is a bug, and every line of it is accounted for', () => {
  test.each(formats)('of %s', { timeout: 120_000 }, async (format) => {
    expect(await crashes(join(formatFixtures, format))).toEqual([]);
  });

  test.each(['jsonl', 'csv', 'jsonl.gz', 'parquet'])(
    "of canary's own records as %s",
    { timeout: 120_000 },
    async (kind) => {
      const folder = temporaryFolder();
      const plan = readFileSync(join(formatFixtures, 'tf-serving/same-in-canary.yaml'), 'utf8');
      const [, source = ''] = /source: (\S+)/u.exec(plan) ?? [];
      mkdirSync(join(folder, 'registry'), { recursive: true });
      const from = join(formatFixtures, 'tf-serving', source);
      await db.run(
        `COPY (SELECT * FROM read_json('${from}', format = 'newline_delimited', records = true)) TO '${join(folder, `log.${kind}`)}' (${copyOptions(kind)})`,
      );
      cpSync(join(formatFixtures, 'registry'), join(folder, 'registry'), { recursive: true });
      writeFileSync(
        join(folder, 'plan.yaml'),
        plan.replace(source, `log.${kind}`).replace(/registry: \S+/u, 'registry: registry'),
      );
      expect(await crashes(folder)).toEqual([]);
    },
  );
});

function copyOptions(kind: string): string {
  if (kind === 'csv') return 'FORMAT csv, HEADER';
  if (kind === 'parquet') return 'FORMAT parquet';
  return kind.endsWith('.gz') ? 'FORMAT json, COMPRESSION gzip' : 'FORMAT json';
}
