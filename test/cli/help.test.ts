import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ExitCode, exitCodeMeanings } from '../../src/domain/exit-code.ts';
import { run, runInstalled, temporaryFolder } from './harness.ts';
import { linesOf, plan, starter } from './starter.ts';

const { stdout: overview } = await run(['--help']);
/** Every command that the program's own help lists. */
const commands = [...overview.matchAll(/^ {2}([a-z]+) (?:\[options\]|<| {3})/gmu)].flatMap(([, name]) => name ?? []);
const commandsFolder = new URL('../../src/cli/commands/', import.meta.url);
const commandFiles = readdirSync(commandsFolder, { recursive: true, encoding: 'utf8' }).filter(
  (file) =>
    file.endsWith('.ts') &&
    /^export function register[A-Z]\w*\(program: Command, /mu.test(readFileSync(new URL(file, commandsFolder), 'utf8')),
);
const recorder = new URL('./recorder/record-modules.mjs', import.meta.url);
const heavyLibraries = /@duckdb|@tensorflow|onnxruntime/u;

/** The modules that a command loads, as file URLs. */
async function modulesOf(args: readonly string[], cwd: string): Promise<string[]> {
  const record = join(temporaryFolder(), 'modules.txt');
  const { exitCode } = await runInstalled(args, {
    cwd,
    // What comes from the cache of compiled code is not seen by Node's own loader.
    env: { NODE_OPTIONS: `--import=${recorder.href}`, MODULE_RECORD: record, NODE_DISABLE_COMPILE_CACHE: '1' },
  });
  expect(exitCode).toBe(ExitCode.ok);
  return linesOf(readFileSync(record, 'utf8'));
}

describe('help', () => {
  test('lists every command and what to do first', async () => {
    const { exitCode, stdout, stderr } = await run(['--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: ExitCode.ok, stderr: '' });
    // A command that is in the folder and not in the list of src/cli/program.ts is missing here.
    expect(commands.toSorted()).toEqual(commandFiles.map((file) => basename(file, '.ts')).toSorted());
    expect(stdout).toContain('canary init my-rollout && canary evaluate my-rollout/rollout.yaml');
  });

  test('says what each exit code means', async () => {
    const { stdout } = await run(['--help']);
    const words = stdout.replaceAll(/\s+/gu, ' ');
    for (const [code, meaning] of exitCodeMeanings) expect(words).toContain(` ${code} ${meaning} `);
  });

  test.each(commands)('of %s has an example, and leaves the exit codes to canary --help', async (command) => {
    const { exitCode, stdout, stderr } = await run([command, '--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: ExitCode.ok, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Examples?:\\n  canary ${command} `, 'mu'));
    expect(stdout).not.toContain('Exit codes');
  });

  test.each([[], ...commands.map((command) => [command])])(
    '%s fills its lines before it breaks them',
    async (...command) => {
      const { stdout } = await run([...command, '--help']);
      const lines = linesOf(stdout.split('\n\n')[1] ?? '');
      const nextWords = lines.slice(1).map((line) => line.split(' ')[0] ?? '');
      const brokenEarly = nextWords.filter((word, index) => `${lines[index]} ${word}`.length <= 80);
      expect(brokenEarly).toEqual([]);
    },
  );

  test.each([['--help'], ['--version'], ['evaluate', '--help']])('of %s loads no heavy library', async (...args) => {
    const modules = await modulesOf(args, temporaryFolder());
    expect(modules.some((url) => url.endsWith('/bundle/main.cjs'))).toBe(true);
    expect(modules.filter((url) => heavyLibraries.test(url))).toEqual([]);
  });

  test('that a command does load the libraries it needs is seen in the same way', async () => {
    const modules = await modulesOf(['evaluate', plan, '--quiet'], await starter());
    expect(modules.some((url) => url.includes('@duckdb'))).toBe(true);
    // Recorded outcomes need no model.
    expect(modules.some((url) => url.includes('@tensorflow'))).toBe(false);
  });
});

describe('the command line', () => {
  test.each([
    ['a command', ['evaluat', 'plan.yaml'], 'Did you mean evaluate?'],
    ['an option', ['evaluate', 'plan.yaml', '--formt', 'json'], 'Did you mean --format?'],
    ['a format', ['evaluate', 'plan.yaml', '--format', 'xml'], 'Allowed choices are text, json.'],
    ['a --fail-on', ['evaluate', 'plan.yaml', '--fail-on', 'increase'], 'Allowed choices are hold, rollback, never.'],
    ['no plan', ['evaluate'], "missing required argument 'plan'"],
  ])('exits 2 for %s that it does not know and says what to write', async (_, args, told) => {
    const { exitCode, stdout, stderr } = await run(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: ExitCode.usage, stdout: '' });
    expect(stderr).toContain(told);
  });

  test('exits 2 and shows the help where no command is given', async () => {
    const { exitCode, stderr } = await run([]);
    expect(exitCode).toBe(ExitCode.usage);
    expect(stderr).toContain('Usage: canary');
  });

  test('prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect((await run(['--version'])).stdout).toBe(`${version}\n`);
  });

  test('exits 2 for a SOURCE_DATE_EPOCH that is not a number of seconds', async () => {
    const { exitCode, stderr } = await run(['status', plan], {
      cwd: await starter(),
      env: { SOURCE_DATE_EPOCH: 'today' },
    });
    expect(exitCode).toBe(ExitCode.usage);
    expect(stderr).toContain('SOURCE_DATE_EPOCH=1764547200');
  });
});
