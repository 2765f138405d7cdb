import { describe, expect, test } from 'vitest';
import { run } from './harness.ts';
import { plan, starter } from './starter.ts';

describe('canary simulate', () => {
  test('prints what became of the rollouts, and nothing else', async () => {
    const folder = await starter();
    const { exitCode, stdout, stderr } = await run(['simulate', plan, '--effect', 'accuracy=-20pp', '--runs', '20'], {
      cwd: folder,
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('Simulated rollouts of plan intent-classifier-1.1.0');
    expect(stdout).toMatch(/rolled back +20 +100%/u);
    expect(stdout).toContain('users harmed');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test('as JSON tells the same for the same seed', async () => {
    const folder = await starter();
    const simulate = async () =>
      await run(['simulate', plan, '--runs', '5', '--looks', '4', '--seed', '9', '--format', 'json'], { cwd: folder });
    const first = await simulate();
    expect(JSON.parse(first.stdout)).toMatchObject({ runs: 5, looks: 4, seed: 9, effects: [] });
    expect((await simulate()).stdout).toBe(first.stdout);
  });

  test.each([
    [['--effect', 'precision(refund)=-2pp'], 'no guardrail looks at precision(refund)'],
    [['--effect', 'accuracy=+50pp'], 'can rise by at most'],
    [['--runs', '0'], 'Write a whole number from 1 to 10000'],
    [['--runs', '1e3'], 'Write a whole number from 1 to 10000'],
  ])('%s is told, with exit code 2', async (options, message) => {
    const { exitCode, stdout, stderr } = await run(['simulate', plan, ...options], { cwd: await starter() });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('canary selftest', () => {
  test('exits 0 where each regression is caught', async () => {
    const { exitCode, stdout } = await run(['selftest', plan], { cwd: await starter() });
    expect(stdout).toContain('All of 3 planted regressions were caught');
    expect(exitCode).toBe(0);
  });
});
