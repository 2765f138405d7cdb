import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { isWhole } from '../fixtures/tiers.ts';
import { run } from './harness.ts';
import { replayedRollouts, serveShippedModels, shippedRollouts } from './shipped.ts';

const verdicts = [
  ['intent-1.5.0.yaml', 'INCREASE', 0],
  ['intent-1.5.0-small-stage.yaml', 'HOLD', 3],
  ['intent-1.6.0.yaml', 'ROLLBACK', 4],
  ['intent-1.7.0.yaml', 'ROLLBACK', 4],
  ['intent-served.yaml', 'INCREASE', 0],
  ['ten-percent.yaml', 'INCREASE', 0],
  ['after-60-minutes.yaml', 'INCREASE', 0],
] as const;
/** Ten thousand requests to a server are left to the whole: the tests of `http` models ask fewer. */
const tried = verdicts.filter(([plan]) => isWhole || plan !== 'intent-served.yaml');

let folder: string;
let endServer: () => void;

beforeAll(async () => {
  folder = await replayedRollouts(afterAll);
  endServer = await serveShippedModels(folder);
});
afterAll(() => endServer());

test('every shipped rollout has a verdict to keep', () => {
  const plans = readdirSync(join(folder, 'rollouts')).filter((name) => name.endsWith('.yaml'));
  expect(plans.toSorted()).toEqual(verdicts.map(([plan]) => plan).toSorted());
});

describe.each(tried)('%s', (plan, verdict, exitCode) => {
  const file = join('rollouts', plan);

  test(`prints ${verdict} and exits ${exitCode}, with nothing on standard error`, async () => {
    const result = await run(['evaluate', file], { cwd: folder });
    expect(result).toMatchObject({ exitCode, stderr: '' });
    expect(result.stdout.match(/^Verdict: .*$/gmu)).toEqual([`Verdict: ${verdict}`]);
  });

  test('gives the same verdict and exit code as JSON', async () => {
    const result = await run(['evaluate', file, '--format', 'json'], { cwd: folder });
    expect(result).toMatchObject({ exitCode, stderr: '' });
    const { verdict: found } = parseEvidence(result.stdout, 'standard output');
    expect(found).toMatchObject({ decision: verdict.toLowerCase(), exitCode });
  });

  test('says itself which verdict it ends in', () => {
    expect(readFileSync(join(folder, file), 'utf8')).toMatch(
      new RegExp(`^# +canary evaluate rollouts/${plan} +Verdict: ${verdict}$`, 'mu'),
    );
  });

  test('has no finding in the week when it was written', async () => {
    // Later the rehearsal of its rollback is too long ago.
    const env = { SOURCE_DATE_EPOCH: String(Date.parse('2026-11-05') / 1000) };
    expect(await run(['plan', file], { cwd: shippedRollouts(), env })).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

test('the rollout of served models without its server ends with one error that says what to do', async () => {
  const alone = shippedRollouts();
  const result = await run(['evaluate', 'rollouts/intent-served.yaml'], { cwd: alone });
  expect(result).toMatchObject({ exitCode: 5, stdout: '' });
  expect(result.stderr).toMatch(
    /^error Version 1\.(4\.2|5\.0) cannot be loaded: its server http:\/\/127\.0\.0\.1:8510 does not answer/mu,
  );
  expect(result.stderr.match(/cannot be loaded/gu)).toHaveLength(1);
  expect(result.stderr).toContain('Start it, or correct artifact.url in the registry.');
});
