import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { isWhole } from '../fixtures/tiers.ts';
import { run, temporaryFolder } from './harness.ts';
import { shippedRollouts } from './shipped.ts';

const program = fileURLToPath(new URL('../../bin/canary.js', import.meta.url));

/** What the last word of a command line may be. */
async function completions(...words: readonly string[]): Promise<string[]> {
  const { exitCode, stdout, stderr } = await run(['complete', '--', ...words], { cwd: shippedRollouts() });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout
    .split('\n')
    .flatMap((line) => line.split('\t').slice(0, 1))
    .filter((word) => word !== '');
}

describe('what may come next', () => {
  test.each([
    ['a command', ['pro'], ['promote']],
    ['a command of a command', ['requests', ''], ['inspect', 'help']],
    ['an option', ['evaluate', '--f'], ['--fresh', '--fill', '--format', '--fail-on']],
    ['a choice', ['evaluate', '--fail-on', ''], ['hold', 'rollback', 'never']],
    ['a choice behind an equals sign', ['evaluate', '--format', '=', 'j'], ['text', 'json']],
    ['a folder', ['evaluate', 'rol'], ['rollouts/']],
    ['a plan, and no other file', ['evaluate', 'rollouts/after'], ['rollouts/after-60-minutes.yaml']],
    ['one more plan', ['evaluate', 'rollouts/ten-percent.yaml', 'rollouts/after'], ['rollouts/after-60-minutes.yaml']],
    ['a stage of the plan', ['evaluate', 'rollouts/ten-percent.yaml', '--stage', ''], ['canary-10', 'half', 'full']],
    [
      'any file for evidence',
      ['promote', 'p.yaml', '--evidence', 'rollouts/after'],
      ['rollouts/after-60-minutes.csv', 'rollouts/after-60-minutes.yaml'],
    ],
    ['a shell', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['nothing where nobody knows', ['promote', 'p.yaml', '--reason', ''], []],
    ['nothing of a plan that is not there', ['evaluate', 'none.yaml', '--stage', ''], []],
    ['nothing behind the last argument', ['promote', 'p.yaml', ''], []],
  ])('%s', async (_title, words, expected) => {
    expect(await completions(...words)).toEqual(expected);
  });
});

/** A folder of rollouts in which `canary` is a command. */
function workplace() {
  const folder = shippedRollouts();
  const bin = temporaryFolder();
  writeFileSync(join(bin, 'canary'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(join(bin, 'canary'), 0o755);
  return { cwd: folder, env: { PATH: `${bin}:${process.env['PATH']}`, HOME: folder, TERM: 'dumb' } };
}

const typed = 'canary stat\t rollouts/ten-\t --form\t json > told.json\nexit\n';

/** Types into an interactive shell, which a terminal of `script` makes believe that a person does. */
function type(shell: string, setUp: string): string {
  const { cwd, env } = workplace();
  spawnSync('script', ['-qec', shell, '/dev/null'], { cwd, env, input: `${setUp}\n${typed}`, timeout: 50_000 });
  const told = join(cwd, 'told.json');
  return existsSync(told) ? readFileSync(told, 'utf8') : '';
}

function isThere(command: string): boolean {
  return isWhole && spawnSync(command, ['--version']).error === undefined;
}

describe('a person who presses Tab', () => {
  test.skipIf(!isThere('script'))('in bash gets commands, plans and options', () => {
    expect(type('bash --norc -i', 'source <(canary completion bash)')).toContain('"plan": "ten-percent"');
  });

  test.skipIf(!isThere('script') || !isThere('zsh'))('in zsh gets commands, plans and options', () => {
    const setUp = 'autoload -Uz compinit; compinit -u -d ./dump; source <(canary completion zsh)';
    expect(type('zsh -f -i', setUp)).toContain('"plan": "ten-percent"');
  });

  test.skipIf(!isThere('fish'))('in fish gets commands, plans and stages', async () => {
    const lines = ['canary stat', 'canary status rollouts/ten-', 'canary evaluate rollouts/ten-percent.yaml --stage f'];
    const script = ['canary completion fish | source', ...lines.map((line) => `complete -C '${line}'`)].join('\n');
    const { stdout } = await promisify(execFile)('fish', ['--no-config', '-c', script], workplace());
    expect(stdout.split('\n').map((line) => line.split('\t')[0])).toEqual([
      'status',
      'rollouts/ten-percent.yaml',
      'full',
      '',
    ]);
  });

  test('runs nothing of what is on the line', () => {
    const { cwd, env } = workplace();
    const line = "COMP_WORDS=(canary evaluate '$(touch hacked)' '`touch hacked`;touch hacked' ''); COMP_CWORD=4";
    const script = `compopt() { :; }; source <(canary completion bash); ${line}; _canary_complete`;
    expect(spawnSync('bash', ['--norc', '-c', script], { cwd, env }).status).toBe(0);
    expect(existsSync(join(cwd, 'hacked'))).toBe(false);
  });
});

test('a shell that is none of the three: exit 2', async () => {
  const { exitCode, stderr } = await run(['completion', 'tcsh']);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining('Allowed choices are bash, zsh, fish'),
  });
});
