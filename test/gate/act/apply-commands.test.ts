import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { runCommands } from '../../../src/gate/act/apply.ts';
import { worldAt } from '../world-at.ts';

const folder = mkdtempSync(join(tmpdir(), 'canary-apply-'));
afterEach(() => rmSync(join(folder, 'reached'), { force: true }));

const change = { schemaVersion: 1, model: 'intent', revision: 1, aliases: {}, traffic: { '1.0.0': 1 } } as const;

test('a command that does not end is ended with all that it started, and none is run after it', async () => {
  const { signal } = new AbortController();
  const hanging = '(sleep 30; touch reached) & sleep 30';
  const failure = await runCommands(worldAt(folder, { signal }), folder, [hanging, 'touch reached'], change, 300);
  expect(failure).toBe(`${hanging} did not end within 0.3 s`);
  expect(existsSync(join(folder, 'reached'))).toBe(false);
});

test('an interrupt ends the command', async () => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 200);
  expect(await runCommands(worldAt(folder, { signal: abort.signal }), folder, ['sleep 30'], change)).toBe(
    'sleep 30 was interrupted',
  );
});

test('after an interrupt no command begins its work', async () => {
  const failure = await runCommands(
    worldAt(folder, { signal: AbortSignal.abort() }),
    folder,
    ['sleep 1 && touch reached'],
    change,
  );
  expect(failure).toContain('was interrupted');
  expect(existsSync(join(folder, 'reached'))).toBe(false);
});
