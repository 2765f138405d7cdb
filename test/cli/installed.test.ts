import { cpSync } from 'node:fs';
import { expect, test } from 'vitest';
import { run, runInstalled, temporaryFolder, treeOf } from './harness.ts';
import { plan, starter, type StarterState } from './starter.ts';

const atOneTime = { SOURCE_DATE_EPOCH: '1764547200', CANARY_BY: 'ana' };

/** A command of each kind, with the exit code of each kind of end. */
const commands: readonly [exitCode: number, state: StarterState, args: readonly string[], stdin?: string][] = [
  [0, 'new', ['--help']],
  [0, 'new', ['init', 'another']],
  [0, 'new', ['evaluate', plan, '--format', 'json', '--report', 'report.html', 'report.md']],
  [0, 'new', ['plan', plan]],
  [0, 'evaluated', ['promote', plan]],
  [0, 'at ten percent', ['status', plan]],
  [0, 'at ten percent', ['rollback', plan]],
  [0, 'new', ['assign', plan, '--users', '-', '--weight', '20%'], 'user1\nuser5\n'],
  [0, 'new', ['registry', 'list', 'registry']],
  [0, 'new', ['requests', 'inspect', plan]],
  [2, 'new', ['evaluate', plan, '--formt', 'json']],
  [2, 'new', ['evaluate', 'absent.yaml']],
  [3, 'held', ['evaluate', plan]],
  [4, 'new', ['promote', plan, '--override', 'rollback', '--by', 'ana', '--reason', 'timeouts']],
  [5, 'new', ['promote', plan]],
];

test.each(commands)(
  'the installed program exits %i, prints and writes what it does in the process of the tests: from %s, %j',
  async (exitCode, state, args, stdin = '') => {
    const here = await starter(state);
    const there = temporaryFolder();
    cpSync(here, there, { recursive: true });
    const options = { env: atOneTime, stdin };
    const ran = await run(args, { cwd: here, ...options });
    expect(ran.exitCode).toBe(exitCode);
    const installed = await runInstalled(args, { cwd: there, ...options });
    expect({ ...installed, stderr: installed.stderr.replaceAll(there, here) }).toEqual(ran);
    expect(treeOf(there)).toEqual(treeOf(here));
  },
);
