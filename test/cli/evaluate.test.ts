import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run, runInstalled } from './harness.ts';
import { evaluate, judgeAll, linesOf, plan, planName, starter } from './starter.ts';

const hold = 'hold.yaml';
const rollback = 'rollback.yaml';
const escapeCharacter = String.fromCodePoint(27);

/** A rollout that may begin, one that has to wait and one that must go back, over one log. */
async function threeRollouts(): Promise<string> {
  const folder = await starter();
  const text = readFileSync(join(folder, plan), 'utf8');
  const variant = (name: string, written: string, instead: string) =>
    writeFileSync(
      join(folder, `${name}.yaml`),
      text.replace(`name: ${planName}`, `name: ${name}`).replace(written, instead),
    );
  variant('hold', 'minRequests: 1000', 'minRequests: 9000');
  variant('rollback', 'max: 150ms', 'max: 50ms');
  return folder;
}

describe('exit code', () => {
  test.each([
    ['increase and hold', [plan, hold], 3],
    ['rollback, hold and increase', [rollback, hold, plan], 4],
  ])('of %s is that of the worst', async (_, plans, exitCode) => {
    const result = await run(['evaluate', ...plans, '--quiet'], { cwd: await threeRollouts() });
    expect(result).toMatchObject({ exitCode, stderr: '' });
  });

  test.each([
    ['rollback', [plan, hold], 0],
    ['rollback', [hold, rollback], 4],
    ['never', [hold, rollback], 0],
  ])('with --fail-on %s of %j is %i', async (failOn, plans, exitCode) => {
    const args = ['evaluate', ...plans, '--quiet', '--fail-on', failOn];
    expect(await run(args, { cwd: await threeRollouts() })).toMatchObject({ exitCode });
  });

  test("that --fail-on forgives is still the verdict's own in the evidence", async () => {
    const folder = await threeRollouts();
    const result = await run(['evaluate', rollback, '--fail-on', 'never', '--format', 'json'], { cwd: folder });
    expect(result.exitCode).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ verdict: { decision: 'rollback', exitCode: 4 } });
  });

  test('of a plan that is wrong is not forgiven by --fail-on never', async () => {
    const result = await run(['evaluate', 'absent.yaml', '--fail-on', 'never'], { cwd: await starter() });
    expect(result.exitCode).toBe(2);
  });
});

describe('output', () => {
  test('--quiet prints the verdict and nothing else', async () => {
    const result = await run(['evaluate', plan, '--quiet'], { cwd: await starter() });
    expect(result.stdout).toBe('Verdict: INCREASE\n');
  });

  test('--verbose prints more than the default and the same verdict', async () => {
    const folder = await starter();
    const usual = await run(['evaluate', plan, '--stage', 'half'], { cwd: folder });
    const verbose = await run(['evaluate', plan, '--stage', 'half', '--verbose'], { cwd: folder });
    expect(linesOf(verbose.stdout).length).toBeGreaterThan(linesOf(usual.stdout).length);
    const verdict = /^Verdict: .*$/mu.exec(usual.stdout)?.[0];
    expect(verdict).toBeDefined();
    expect(verbose.stdout).toContain(verdict);
  });

  test('a verdict has its reasons and the next command', async () => {
    const { stdout } = await run(['evaluate', plan], { cwd: await starter() });
    expect(stdout).toMatch(/^Verdict: INCREASE\n(?: {2}• .+\n(?: {4}.+\n)*)+\nNext: canary promote rollout\.yaml\n/mu);
  });

  test.each([
    ['in a pipe', {}, false],
    ['with FORCE_COLOR', { FORCE_COLOR: '1' }, true],
    ['with NO_COLOR', { NO_COLOR: '1' }, false],
    ['with an empty NO_COLOR and FORCE_COLOR', { NO_COLOR: '', FORCE_COLOR: '1' }, true],
  ] as const)('%s %j has colour: %s', async (_, env, coloured) => {
    // The report of kept evidence prints what its evaluation printed, and sooner.
    const evidence = join('.canary', planName, 'shadow', 'evidence.json');
    const { stdout } = await runInstalled(['report', evidence], { cwd: await starter('evaluated'), env });
    expect(stdout.includes(escapeCharacter)).toBe(coloured);
  });

  test('colours aside, the text is the same', async () => {
    const folder = await starter();
    const plain = await run(['evaluate', plan], { cwd: folder });
    const coloured = await runInstalled(['evaluate', plan], { cwd: folder, env: { FORCE_COLOR: '1' } });
    expect(coloured.stdout).toContain(escapeCharacter);
    const colour = new RegExp(`${escapeCharacter}\\[[0-9;]*m`, 'gu');
    expect(coloured.stdout.replaceAll(colour, '')).toBe(plain.stdout);
  });

  test('--format json is the evidence file to the byte', async () => {
    const folder = await starter();
    const { stdout } = await evaluate(folder);
    expect(readFileSync(join(folder, '.canary', planName, 'shadow', 'evidence.json'), 'utf8')).toBe(stdout);
    expect(readFileSync(join(folder, '.canary', planName, 'shadow', 'look-1.json'), 'utf8')).toBe(stdout);
  });

  test('--evidence names another place and leaves the usual one alone', async () => {
    const folder = await starter();
    const { stdout } = await evaluate(folder, ['--evidence', 'gate/evidence.json']);
    expect(readFileSync(join(folder, 'gate', 'evidence.json'), 'utf8')).toBe(stdout);
    expect(existsSync(join(folder, '.canary', planName))).toBe(false);
  });
});

describe('a stage', () => {
  test('that is not named is the first that was not entered', async () => {
    expect((await evaluate(await starter())).evidence.stage).toEqual({ name: 'shadow', weight: 0, look: 1, series: 1 });
  });

  test('that is out of turn is judged, and the evidence says why promote would refuse', async () => {
    const folder = await starter();
    judgeAll(folder);
    const { evidence } = await evaluate(folder, ['--stage', 'half']);
    expect(evidence.stage.name).toBe('half');
    expect(evidence.registryChange.refused).toBe(
      'Stage half cannot begin: intent-classifier-1.1.0 has not entered shadow',
    );
  });

  test('that the plan does not have is refused with the nearest name', async () => {
    const { exitCode, stderr } = await run(['evaluate', plan, '--stage', 'haf'], { cwd: await starter() });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Did you mean half?');
  });
});
