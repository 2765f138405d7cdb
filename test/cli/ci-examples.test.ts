import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { blocksOf } from './doc-blocks.ts';
import { temporaryFolder } from './harness.ts';
import { shippedRollouts } from './shipped.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** What the other recipes run is walked by test/cli/recipes.test.ts. */
const pages = ['ci-github.md', 'ci-gitlab.md'];

/** Every text in a YAML value that runs canary: the lines of scripts, steps and hooks. */
function commandsIn(value: unknown): string[] {
  if (typeof value === 'string')
    return /^canary |^npm install --global model-canary\ncanary /u.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(commandsIn);
}

/** The shipped rollouts, and a folder in which `canary` and `npm` are commands. */
function workplace(): { readonly folder: string; readonly path: string } {
  const folder = shippedRollouts();
  const bin = temporaryFolder();
  const program = { canary: `exec node ${join(root, 'bin/canary.js')} "$@"`, npm: 'exit 0' };
  for (const [name, line] of Object.entries(program)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return { folder, path: `${bin}:${process.env['PATH']}` };
}

async function runScript(script: string, env: Readonly<Record<string, string>> = {}, work = workplace()) {
  const result = { exitCode: 0, stdout: '', stderr: '', folder: work.folder };
  try {
    const { stdout, stderr } = await promisify(execFile)(
      'bash',
      ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script],
      {
        cwd: work.folder,
        env: { PATH: work.path, HOME: work.folder, ...env },
      },
    );
    return { ...result, stdout, stderr };
  } catch (error) {
    return { ...result, ...readFailure(error) };
  }
}

function readFailure(error: unknown): { exitCode: number; stdout: string; stderr: string } {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('stdout' in error) || !('stderr' in error))
    throw error;
  return { exitCode: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) };
}

describe.each(pages)('%s', (page) => {
  const examples = blocksOf(page, 'yaml').map((block): unknown => parse(block));
  // A whole rollout needs a repository, which test/cli/recipes has.
  const commands = [...examples.flatMap(commandsIn), ...blocksOf(page, 'sh')].filter(
    (line) => !/\$\{?(?:PLAN|STAGE|REASON)|\bgit /u.test(line),
  );

  test('has examples that are YAML', () => {
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(example).toEqual(expect.objectContaining({}));
  });

  test('has commands that run', async () => {
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const { exitCode, stderr } = await runScript(command);
      expect({ command, exitCode, stderr }).toEqual({ command, exitCode: 0, stderr: '' });
    }
  });
});

test('the reports that GitLab is promised are there', async () => {
  const [example] = blocksOf('ci-gitlab.md', 'yaml').map((block): unknown => parse(block));
  expect(example).toMatchObject({ 'model-gate': { allow_failure: { exit_codes: [3] } } });
  const command = commandsIn(example).find((line) => line.includes('--report')) ?? '';
  const { folder } = await runScript(command);
  for (const file of ['junit.xml', 'metrics.prom', 'report.html']) expect(existsSync(join(folder, file))).toBe(true);
});

describe('action.yml', () => {
  const action: unknown = parse(readFileSync(join(root, 'action.yml'), 'utf8'));

  /** Runs the step of that id as the runner would. */
  async function runAction(inputs: Readonly<Record<string, string>>) {
    const work = workplace();
    const step = stepOf(action);
    const output = join(work.folder, 'output');
    writeFileSync(output, '');
    mkdirSync(join(work.folder, 'summary'));
    const env = Object.fromEntries(Object.entries(step.env).map(([name, text]) => [name, filled(text, inputs)]));
    const github = {
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION_PATH: root,
      GITHUB_WORKSPACE: work.folder,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: join(work.folder, 'summary', 'step'),
    };
    const run = await runScript(step.run, { ...env, ...github }, work);
    return { ...run, outputs: readFileSync(output, 'utf8') };
  }

  test('evaluates a plan and tells the verdict', async () => {
    const { exitCode, stdout, outputs, folder } = await runAction({
      plan: 'rollouts/after-60-minutes.yaml',
      command: 'evaluate',
      'fail-on': 'hold',
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining('Verdict: INCREASE') });
    expect(outputs).toMatch(
      /^verdict<<(\S+)\nincrease\n\1\nweight<<(\S+)\n0\.1\n\2\nevidence<<(\S+)\n\S+evidence\.json\n\3\nalarm<<(\S+)\nfalse\n\4\n$/u,
    );
    expect(readFileSync(join(folder, 'summary', 'step'), 'utf8')).toContain('Verdict: INCREASE');
  });

  test('takes patterns and several lines', async () => {
    const { exitCode, stdout } = await runAction({
      plan: 'rollouts/after-60-*.yaml\nrollouts/after-60-minutes.yaml',
      command: 'evaluate',
      'fail-on': 'never',
    });
    expect(exitCode).toBe(0);
    expect(stdout.match(/^Verdict: INCREASE$/gmu)).toHaveLength(2);
  });

  test('fails where a plan is wrong, with the finding on its line', async () => {
    const { exitCode, stderr } = await runAction({
      plan: 'rollouts/after-60-minutes.csv',
      command: 'plan',
      'fail-on': 'hold',
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^::error file=rollouts\/after-60-minutes\.csv,line=\d+,col=\d+,title=/mu);
  });

  test('gives a shell nothing to run', async () => {
    const { exitCode, folder } = await runAction({
      plan: 'a; touch hacked $(touch hacked)\n`touch hacked`',
      command: 'plan',
      'fail-on': 'hold',
    });
    expect(exitCode).toBe(2);
    expect(existsSync(join(folder, 'hacked'))).toBe(false);
  });
});

interface Step {
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
}

function stepOf(action: unknown): Step {
  const found = allObjects(action).find(
    (each): each is Record<string, unknown> & Step => 'id' in each && 'run' in each && 'env' in each,
  );
  if (found === undefined) throw new Error('action.yml has no step that runs canary');
  return found;
}

function allObjects(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(allObjects);
  return Array.isArray(value) ? below : [{ ...value }, ...below];
}

function filled(text: string, inputs: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/gu, (_whole, name: string) => inputs[name] ?? '');
}
