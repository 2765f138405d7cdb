import { createHash } from 'node:crypto';
import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RequestFileFacts } from '../../../src/domain/log/request-file-facts.ts';
import { changeOf } from '../../../src/gate/rollout/request-prefix.ts';
import { temporaryFolder } from '../../cli/harness.ts';

const text = '{"request_id":"r1"}\n{"request_id":"r2"}\n';

/** A log in a folder of its own, and what evidence says of it. */
function recordedLog(): { folder: string; file: string; facts: RequestFileFacts } {
  const folder = temporaryFolder();
  const file = join(folder, 'log.jsonl');
  writeFileSync(file, text);
  const sha256 = createHash('sha256').update(text).digest('hex');
  return {
    folder,
    file,
    facts: { path: 'log.jsonl', bytes: text.length, sha256, rows: 2, rejected: {}, collapsed: 0 },
  };
}

test.each([
  ['same', () => undefined],
  ['grown', (file: string) => appendFileSync(file, '{"request_id":"r3"}\n')],
  ['changed', (file: string) => writeFileSync(file, text.replace('r1', 'r9'))],
  ['changed', (file: string) => writeFileSync(file, `${text.replace('r1', 'r9')}more`)],
  ['changed', (file: string) => truncateSync(file, 10)],
  ['absent', (file: string) => rmSync(file)],
])('a log is %s', async (change, happened) => {
  const { folder, file, facts } = recordedLog();
  happened(file);
  expect(await changeOf(folder, facts)).toBe(change);
});
