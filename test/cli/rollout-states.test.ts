import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, temporaryFolder } from './harness.ts';
import { madeOnce } from './made-once.ts';
import { edit, plan, planName, registryFile, starter, type StarterState } from './starter.ts';

/** What a command comes to: its exit code, the verdict that it prints, and the one of JSON and of a pipeline's outputs. */
interface Outcome {
  readonly code: number;
  /** Absent where nothing is printed as a verdict, as by `none`. */
  readonly verdict?: 'INCREASE' | 'HOLD' | 'ROLLBACK';
  /** Of the outputs; absent for a command that sets none, or failed before. */
  readonly output?: string;
}

interface State {
  readonly name: string;
  /** The row of the table in docs/rollout-states.md. */
  readonly row: string;
  readonly from: StarterState;
  readonly make?: (folder: string) => unknown;
  readonly evaluate: Outcome;
  readonly promote: Outcome;
  readonly rollback: Outcome;
  readonly status: Outcome;
  readonly assign: Outcome;
  readonly apply: Outcome;
  readonly plan: Outcome;
  readonly export: Outcome;
  /** Of a plan whose stages wait for a person, once it was evaluated. */
  readonly approve: Outcome;
}

const rollback = (folder: string) => run(['rollback', plan, '--by', 'ops'], { cwd: folder });
const rename = (folder: string) => edit(folder, plan, (text) => text.replace(`name: ${planName}`, 'name: another'));
const shows = { status: { code: 0 }, assign: { code: 0 }, plan: { code: 0 }, export: { code: 0 } };
/** The starter has no commands to apply. */
const noCommands: Outcome = { code: 2 };
const increase = { code: 0, verdict: 'INCREASE', output: 'increase' } as const;
const held = { code: 3, verdict: 'HOLD', output: 'hold' } as const;
const out = { code: 4, verdict: 'ROLLBACK', output: 'rollback' } as const;

const states: readonly State[] = [
  {
    name: 'new',
    row: 'new:',
    from: 'evaluated',
    evaluate: increase,
    promote: increase,
    rollback: { code: 0 },
    ...shows,
    approve: { code: 0 },
    apply: noCommands,
  },
  {
    name: 'entered',
    row: 'entered:',
    from: 'at ten percent',
    make: (folder) => run(['evaluate', plan], { cwd: folder }),
    evaluate: increase,
    promote: increase,
    rollback: { code: 0 },
    ...shows,
    approve: { code: 0 },
    apply: noCommands,
  },
  {
    name: 'rolled back by hand',
    row: 'rolled back',
    from: 'at ten percent',
    make: rollback,
    evaluate: out,
    promote: out,
    rollback: { code: 0 },
    ...shows,
    approve: { code: 4, verdict: 'ROLLBACK' },
    apply: noCommands,
  },
  {
    name: 'completed',
    row: 'completed',
    from: 'stable',
    evaluate: { code: 0, output: 'none' },
    promote: { code: 0, output: 'none' },
    rollback: { code: 0 },
    ...shows,
    approve: { code: 0 },
    apply: noCommands,
  },
  {
    name: 'another under way',
    row: 'another rollout',
    from: 'at ten percent',
    make: rename,
    evaluate: held,
    promote: { code: 5 },
    rollback: { code: 0 },
    ...shows,
    approve: { code: 5 },
    apply: noCommands,
  },
  {
    name: 'applied: false',
    row: '`applied: false`',
    from: 'at ten percent',
    make: async (folder) => {
      await run(['evaluate', plan], { cwd: folder });
      edit(folder, registryFile, (text) => text.replace('"versions": {', '"applied": false,\n  "versions": {'));
      edit(folder, plan, (text) => `${text}apply: ["exit 1"]\n`);
    },
    evaluate: held,
    promote: { code: 5 },
    rollback: { code: 5 },
    ...shows,
    approve: { code: 5 },
    apply: { code: 5 },
  },
];

const commands = ['evaluate', 'promote', 'rollback', 'status', 'assign', 'apply', 'plan', 'export', 'approve'] as const;
/** What an export needs of a plan. */
const routed = 'routing: [{ target: istio, service: intent, file: istio.yaml }]\n';

/** What stands after the plan. */
const argumentsOf: Readonly<Partial<Record<(typeof commands)[number], readonly string[]>>> = {
  assign: ['user1'],
  approve: ['--by', 'ana'],
};
const cells = states.flatMap((state) => commands.map((command) => [state.name, command, state] as const));

/** A copy of a rollout in a state, which is made once. */
async function rolloutIn({ name, from, make }: State): Promise<string> {
  const made = await madeOnce(`state-${name.replaceAll(/\W/gu, '-')}`, async (folder) => {
    cpSync(await starter(from), folder, { recursive: true });
    await make?.(folder);
  });
  const folder = temporaryFolder();
  cpSync(made, folder, { recursive: true });
  return folder;
}

/** Lets every stage wait for a person, and evaluates the plan again, which is another one by that. */
async function letWait(folder: string): Promise<void> {
  edit(folder, plan, (text) => text.replaceAll(/(- \{ name: [^}]*) \}/gu, '$1, approve: true }'));
  await run(['evaluate', plan], { cwd: folder });
}

test.each(cells)('%s: %s exits, prints, and tells JSON and a pipeline the same', async (_name, command, state) => {
  const expected = state[command];
  // Of a stage with traffic, where another rollout is in the way.
  const stage = state.name === 'another under way' && command === 'evaluate' ? ['--stage', 'half'] : [];
  const told = async (...format: string[]) => {
    const folder = await rolloutIn(state);
    if (command === 'approve') await letWait(folder);
    if (command === 'export') edit(folder, plan, (text) => `${text}${routed}`);
    const output = join(folder, 'output');
    const env = { GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: output };
    const result = await run(
      [command, ...(command === 'export' ? ['istio'] : []), plan, ...(argumentsOf[command] ?? []), ...stage, ...format],
      { cwd: folder, env },
    );
    const read = () => /^verdict<<(\S+)\n(.*)\n\1$/mu.exec(readFileSync(output, 'utf8'))?.[2];
    return { ...result, output: expected.output === undefined ? undefined : read() };
  };
  const text = await told();
  const json = await told(...(command === 'export' ? [] : ['--format', 'json']));
  expect([text.exitCode, json.exitCode]).toEqual([expected.code, expected.code]);
  expect(/^Verdict: (\w+)$/mu.exec(text.stdout)?.[1]).toBe(expected.verdict);
  expect([text.output, json.output]).toEqual([expected.output, expected.output]);
  if (expected.output === undefined) return;
  const document = JSON.parse(json.stdout);
  const decision = command === 'evaluate' ? document.verdict.decision : (document.verdict ?? document.action);
  expect(decision).toBe(expected.output);
});

test('the table in the documentation has a row for each of these states, with these exit codes', () => {
  const page = readFileSync('docs/rollout-states.md', 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
  for (const state of states) {
    const [, ...cellsOfRow] = rows.find((line) => line.startsWith(`| ${state.row}`))?.split(/ +\| +/u) ?? [];
    for (const [column, command] of (['evaluate', 'promote', 'approve', 'rollback', 'status'] as const).entries()) {
      expect(cellsOfRow[column], `${state.name}: ${command}`).toMatch(new RegExp(`\\b${state[command].code}\\b`, 'u'));
    }
  }
});
