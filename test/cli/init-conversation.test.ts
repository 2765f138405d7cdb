import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { run, temporaryFolder, treeOf } from './harness.ts';
import { converse, hasTerminals, keys } from './pseudo-terminal.ts';

const logs = fileURLToPath(new URL('../../fixtures/logs', import.meta.url));

function folderWith(log: string): string {
  const folder = temporaryFolder();
  cpSync(join(logs, log), join(folder, log));
  return folder;
}

/** Twelve models in one repository, and the log of one of them, whose users have a name of their own. */
async function twelveModels(): Promise<string> {
  const folder = temporaryFolder();
  await run(['init', 'seed'], { cwd: folder });
  const registry = readFileSync(join(folder, 'seed/registry/intent-classifier.json'), 'utf8');
  mkdirSync(join(folder, 'registry'));
  for (let index = 1; index <= 12; index += 1) {
    const model = `ranker-${String(index).padStart(2, '0')}`;
    writeFileSync(join(folder, `registry/${model}.json`), registry.replace('intent-classifier', model));
  }
  const log = readFileSync(join(folder, 'seed/requests.jsonl'), 'utf8');
  writeFileSync(join(folder, 'ranker-03.jsonl'), log.replaceAll('"user_id"', '"shopper"'));
  return folder;
}

describe.skipIf(!hasTerminals)('a person on a terminal', () => {
  test('with the JSON log of a Flask service names the model, has no label, and gets a verdict', async () => {
    const folder = folderWith('flask.jsonl');
    const { exitCode, screen } = await converse(
      folder,
      ['init', 'intent'],
      [
        ['What do you want to begin with?', keys.enter],
        ['Where is the log?', `flask.json${keys.enter}`],
        ['log: no file matches flask.json', `flask.jsonl${keys.enter}`],
        ['What is the model called?', keys.enter],
        ['Which field says what would have been right (label)?', keys.enter],
        ['Is that right?', keys.enter],
      ],
    );
    expect(screen).toContain('007b5cb2f3cf5cc6 · 00d71d358bb6a81b · 01012553f0b4b22f');
    expect(screen).toContain(
      'To do the same without questions: canary init intent --log flask.jsonl --model intent --field label=- --yes',
    );
    expect(screen).toContain('Next: canary evaluate intent/rollout.yaml');
    expect(exitCode).toBe(0);
    const verdict = await run(['evaluate', 'intent/rollout.yaml'], { cwd: folder });
    expect(verdict.stdout).toContain('Verdict: HOLD');
  });

  test('with the CSV of a gateway corrects a field and who is the baseline', async () => {
    const folder = folderWith('gateway.csv');
    const { exitCode, screen } = await converse(
      folder,
      ['init', 'fraud', '--log', 'gateway.csv', '--model', 'fraud'],
      [
        // Behind the answer that all is right: id, time, unit, version, latency, …
        ['Is that right?', `${keys.down.repeat(5)}${keys.enter}`],
        ['how long a request took', keys.enter],
        ['What is took_ms counted in?', `${keys.down}${keys.enter}`],
        ['Is that right?', `${keys.down.repeat(10)}${keys.enter}`],
        ['Which serves now (baseline)?', `${keys.down}${keys.enter}`],
        ['Which is to replace it (candidate)?', keys.enter],
        ['Is that right?', keys.enter],
      ],
    );
    expect(screen).toContain('took_ms (s)');
    expect(exitCode).toBe(0);
    const plan = readFileSync(join(folder, 'fraud/rollout.yaml'), 'utf8');
    expect(plan).toContain('latency: { path: took_ms, unit: s }');
    const command = /without questions: canary (?<line>.+)\n/u.exec(screen)?.groups?.['line'] ?? '';
    expect((await run(command.split(' '), { cwd: folder })).exitCode).toBe(0);
    expect(readFileSync(join(folder, 'fraud/rollout.yaml'), 'utf8')).toBe(plan);
    const verdict = await run(['evaluate', 'fraud/rollout.yaml'], { cwd: folder });
    expect(verdict.stdout).toContain('Verdict: ');
  });

  test('with twelve models in one registry chooses one and says who its users are', async () => {
    const folder = await twelveModels();
    const { exitCode, screen } = await converse(
      folder,
      ['init', 'rollouts', '--log', 'ranker-03.jsonl', '--registry', 'registry'],
      [
        ['Which model of the registry is it?', `${keys.down.repeat(2)}${keys.enter}`],
        // From the last choice, that no field does, to the first.
        ['Which field names the user', `${keys.down}${keys.enter}`],
        ['Is that right?', keys.enter],
      ],
    );
    expect(screen).toContain('--model ranker-03 --field unit=shopper');
    expect(exitCode).toBe(0);
    const verdict = await run(['evaluate', 'rollouts/rollout.yaml'], { cwd: folder });
    expect(verdict.stdout).toContain('ranker-03 1.0.0 (recorded)');
    expect(verdict.exitCode).toBe(3);
  });

  test.each([
    ['at the first question', [['What do you want', keys.interrupt]]],
    [
      'at the last question',
      [
        ['What do you want', keys.enter],
        ['Where is the log?', `flask.jsonl${keys.enter}`],
        ['called?', keys.enter],
        ['been right', keys.enter],
        ['Is that right?', keys.interrupt],
      ],
    ],
  ] as const)('who presses Ctrl-C %s has written nothing', async (_, steps) => {
    const folder = folderWith('flask.jsonl');
    const before = treeOf(folder);
    const { exitCode, screen } = await converse(folder, ['init', 'new'], steps);
    expect(screen).toContain('Interrupted; nothing was written.');
    expect(exitCode).toBe(130);
    expect(treeOf(folder)).toEqual(before);
  });

  test('is asked nothing with --yes', async () => {
    const folder = folderWith('gateway.csv');
    const { exitCode, screen } = await converse(folder, ['init', 'fraud', '--log', 'gateway.csv', '--yes'], []);
    expect(screen).not.toContain('?');
    expect(exitCode).toBe(0);
  });
});
