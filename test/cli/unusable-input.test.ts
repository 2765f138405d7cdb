import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run, treeOf, type Run } from './harness.ts';
import { edit, editRecords, log, plan, planName, registryFile, starter } from './starter.ts';

/** What a command that is refused prints, and the files that it nevertheless changed. */
async function attempt(folder: string, args: readonly string[]): Promise<Run & { readonly changed: string[] }> {
  const before = treeOf(folder);
  const result = await run(args, { cwd: folder });
  const after = treeOf(folder);
  const paths = Object.keys({ ...before, ...after });
  // Finding out whether the folder can be written leaves it behind, empty.
  const changed = paths.filter((path) => before[path] !== after[path] && path !== '.canary');
  return { ...result, changed };
}

function refused(told: string): unknown {
  return { exitCode: 5, stdout: '', stderr: expect.stringContaining(told), changed: [] };
}

describe('exit 5, nothing written:', () => {
  test.each([
    ['an empty log', (folder: string) => edit(folder, log, () => ''), 'requests.jsonl: the log is empty'],
    ['a log of blank lines', (folder: string) => edit(folder, log, () => '\n\n'), 'the log holds no records'],
    ['a log that is not there', (folder: string) => rmSync(join(folder, log)), 'no file matches requests.jsonl'],
    [
      'a log without the named field',
      (folder: string) => editRecords(folder, ({ user_id, ...record }) => ({ ...record, userId: user_id })),
      'no record has the field user_id, which requests.fields.unit names',
    ],
    [
      'a log without the named segment',
      (folder: string) => editRecords(folder, (record) => ({ ...record, context: {} })),
      'no record has the field context.locale, which requests.segments.locale names',
    ],
    [
      'a log in a store that it does not know',
      (folder: string) =>
        edit(folder, plan, (text) => text.replace('source: requests.jsonl', 'source: hdfs://bucket/requests.jsonl')),
      'hdfs://bucket/requests.jsonl: canary reads local files',
    ],
    [
      'a log of an unknown format',
      (folder: string) => edit(folder, plan, (text) => text.replace('source: requests.jsonl', 'source: registry')),
      'registry',
    ],
  ])('%s', async (_, happened, told) => {
    const folder = await starter();
    happened(folder);
    expect(await attempt(folder, ['evaluate', plan])).toEqual(refused(told));
  });

  test.each([
    ['is not JSON', (text: string) => text.slice(0, -3), 'intent-classifier.json'],
    ['is empty', () => '', 'intent-classifier.json'],
    ['has traffic that does not sum to 1', (text: string) => text.replace('"1.0.0": 1 }', '"1.0.0": 0.9 }'), '0.9'],
    ['is of a newer format', (text: string) => text.replace('"schemaVersion": 1', '"schemaVersion": 2'), 'newer'],
    [
      'is of another model',
      (text: string) => text.replace('"model": "intent-classifier"', '"model": "other"'),
      'other',
    ],
  ])('a registry file that %s', async (_, change, told) => {
    const folder = await starter();
    edit(folder, registryFile, change);
    for (const command of ['plan', 'evaluate', 'promote', 'status'])
      expect(await attempt(folder, [command, plan])).toEqual(refused(told));
  });

  test('a registry that is not there', async () => {
    const folder = await starter();
    rmSync(join(folder, 'registry'), { recursive: true });
    expect(await attempt(folder, ['evaluate', plan])).toEqual(refused('does not exist'));
  });

  test('a place for its own files that is not a folder', async () => {
    const folder = await starter();
    writeFileSync(join(folder, '.canary'), 'in the way');
    expect(await attempt(folder, ['evaluate', plan])).toEqual(refused('cannot be written'));
  });

  test('evidence that cannot be written where it was asked for', async () => {
    const place = `${log}/evidence.json`;
    expect(await attempt(await starter(), ['evaluate', plan, '--evidence', place])).toEqual(refused(place));
  });

  test('earlier evidence that cannot be read', async () => {
    const folder = await starter();
    mkdirSync(join(folder, '.canary', planName, 'shadow', 'evidence.json'), { recursive: true });
    expect(await attempt(folder, ['evaluate', plan])).toEqual(refused('evidence.json cannot be read'));
  });

  test('a place that no report can be written to', async () => {
    const folder = await starter();
    const command = ['evaluate', plan, '--report', `${log}/report.html`];
    expect(await attempt(folder, command)).toEqual(refused(`${log}/report.html cannot be written`));
  });

  test('after a good evaluation, whose evidence stays', async () => {
    const folder = await starter('evaluated');
    edit(folder, log, () => '');
    expect(await attempt(folder, ['evaluate', plan])).toEqual(refused('the log is empty'));
  });

  // The administrator's account may write everywhere.
  test.skipIf(process.getuid?.() === 0)('a registry folder in which promote cannot write', async () => {
    const folder = await starter('evaluated');
    chmodSync(join(folder, 'registry'), 0o555);
    expect(await attempt(folder, ['promote', plan])).toEqual(refused('intent-classifier.json'));
  });
});
