import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasCache, ownCache } from '../start/own-cache.ts';
import { runInstalled } from './harness.ts';
import { editRecords, log, plan, planName, starter } from './starter.ts';

/** Of a log that is large enough for its rows to be kept. */
const logBytes = 34 * 2 ** 20;

interface LargeStarter {
  readonly folder: string;
  readonly rows: string;
  readonly canary: (args: readonly string[]) => ReturnType<typeof runInstalled>;
  /** Evaluates as a first look, and gives the evidence. */
  readonly evidence: (...options: readonly string[]) => Promise<{ readonly text: string; readonly stderr: string }>;
}

/** The starter with so much beside each record that its log is large. */
async function largeStarter(): Promise<LargeStarter> {
  const folder = await starter();
  const records = readFileSync(join(folder, log), 'utf8').trim().split('\n').length;
  editRecords(folder, (record) => ({ ...record, beside: 'x'.repeat(Math.ceil(logBytes / records)) }));
  const env = { XDG_CACHE_HOME: ownCache(), SOURCE_DATE_EPOCH: '1795910400' };
  const canary = (args: readonly string[]) => runInstalled(args, { cwd: folder, env });
  return {
    folder,
    rows: join(folder, '.canary', 'rows'),
    canary,
    evidence: async (...options) => {
      const looks = join(folder, '.canary', planName);
      rmSync(looks, { recursive: true, force: true });
      const { stderr, exitCode } = await canary(['evaluate', plan, '--verbose', ...options]);
      expect([0, 3, 4]).toContain(exitCode);
      const [stage = ''] = readdirSync(looks);
      return { text: readFileSync(join(looks, stage, 'evidence.json'), 'utf8'), stderr };
    },
  };
}

const named = (folder: string, ending: string): string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(ending)) : [];

describe.skipIf(!hasCache)('the rows of a large log', () => {
  test('give the evidence that the log gives, byte for byte, also when it has grown', async () => {
    const { folder, rows, canary, evidence } = await largeStarter();
    const first = await evidence();
    expect(named(rows, '.parquet')).toHaveLength(1);
    expect((await evidence()).text).toBe(first.text);
    expect((await canary(['plan', plan])).exitCode).toBe(0);
    expect(named(rows, '.json')).toHaveLength(1);
    const [line = ''] = readFileSync(join(folder, log), 'utf8').split('\n', 1);
    writeFileSync(join(folder, log), `${line.replace(/"request_id":"[^"]*"/u, '"request_id":"appended"')}\n`, {
      flag: 'a',
    });
    const grown = await evidence();
    expect(grown.text).not.toBe(first.text);
    expect(grown.stderr).not.toContain('is not used');
    rmSync(rows, { recursive: true });
    expect((await evidence()).text).toBe(grown.text);
  });

  test('that were sealed elsewhere are not used, which --verbose says', async () => {
    const [own, other] = [await largeStarter(), await largeStarter()];
    const first = await own.evidence();
    editRecords(other.folder, (record) => ({ ...record, label: 'forged' }));
    await other.evidence();
    const [name = '', part = ''] = [...named(other.rows, '.json'), ...named(other.rows, '.parquet')];
    const [ownName = ''] = named(own.rows, '.json');
    copyFileSync(join(other.rows, name), join(own.rows, ownName));
    copyFileSync(join(other.rows, part), join(own.rows, part));
    const forged = await own.evidence();
    expect(forged.text).toBe(first.text);
    expect(forged.stderr).toContain(
      `What was kept of ${log} is not used: it was not written by this user on this machine`,
    );
    expect((await own.evidence('--fresh')).text).toBe(first.text);
  });
});
