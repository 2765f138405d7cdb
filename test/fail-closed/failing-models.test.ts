import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { run, type Run } from '../cli/harness.ts';
import { runBeforeEncoding, shortenLog } from '../cli/model-code.ts';
import { shippedRollouts } from '../cli/shipped.ts';
import { casesOf, isWhole } from '../fixtures/tiers.ts';

const plan = 'rollouts/intent-1.5.0.yaml';
const requests = 300;

/** The inputs of the short log. */
const inputs = readFileSync(fileURLToPath(new URL('../../fixtures/requests/2026-11-01.jsonl', import.meta.url)), 'utf8')
  .split('\n')
  .slice(0, requests)
  .map((line): string => JSON.parse(line).input);

/** An input that occurs once in the short log. */
const rareInput = inputs.find((input) => inputs.indexOf(input) === inputs.lastIndexOf(input)) ?? '';

/** Evaluates the rollout to 1.5.0 on a short log, with code in front of what 1.5.0, or others, do with each `input`. */
async function evaluateWith(statements: string, versions = ['1.5.0']): Promise<Run> {
  const folder = shippedRollouts();
  shortenLog(folder, plan, requests);
  for (const version of versions) await runBeforeEncoding(folder, version, statements);
  return run(['evaluate', plan, '--format', 'json'], { cwd: folder });
}

function evidenceOf({ stdout, stderr }: Run): Evidence {
  if (stdout === '') throw new Error(stderr);
  return parseEvidence(stdout, 'standard output');
}

const culprits = [
  ['is killed', "process.kill(process.pid, 'SIGKILL')", 'crash'],
  ['hangs', 'for (;;);', 'timeout'],
  ['exits', 'process.exit(0)', 'crash'],
  ['throws', "throw new Error('no')", 'model-error'],
  ['encodes the wrong shape', 'return [1, 2, 3]', 'model-error'],
] as const;

test.each(casesOf(culprits, 2))(
  'a model that %s over one input fails that request and no other',
  async (_, statement, error) => {
    const evidence = evidenceOf(await evaluateWith(`if (input === ${JSON.stringify(rareInput)}) ${statement};`));
    expect(evidence.outcomes).toEqual({
      baseline: { requests, errors: {} },
      candidate: { requests, errors: { [error]: 1 } },
    });
  },
);

test('a candidate that throws at everything is taken back', async () => {
  const result = await evaluateWith("throw new Error('no');");
  expect(result.exitCode).toBe(4);
  expect(evidenceOf(result).outcomes.candidate.errors).toEqual({ 'model-error': requests });
});

test.runIf(isWhole)('a candidate whose process dies over everything gives no verdict', async () => {
  const { exitCode, stdout, stderr } = await evaluateWith("process.kill(process.pid, 'SIGKILL');");
  expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' });
  expect(stderr).toContain('Version 1.5.0 does not work');
});

test('a baseline that throws at everything gives no verdict: what fails alike is the set-up, not the candidate', async () => {
  const { exitCode, stdout, stderr } = await evaluateWith("throw new Error('no table');", ['1.4.2', '1.5.0']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' });
  expect(stderr.replaceAll(/\s+/gu, ' ')).toContain(
    'Version 1.4.2, which serves now, answered none of 300 requests here (mostly model-error), the first because:',
  );
});
