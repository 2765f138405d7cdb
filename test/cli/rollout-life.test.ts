import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseRegistry } from '../../src/registry/file/parse-registry.ts';
import { isWhole } from '../fixtures/tiers.ts';
import { run, type Run } from './harness.ts';
import { replayedRollouts } from './shipped.ts';
import {
  candidate,
  edit,
  evaluate,
  linesOf,
  log,
  promote,
  registryOf,
  starter,
  type StarterRecord,
} from './starter.ts';

const registryFile = 'fixtures/registry/intent-classifier.json';

/** Evaluates the next stage of a shipped plan and acts on it. */
async function step(folder: string, plan: string): Promise<Record<'evaluate' | 'promote', Run['exitCode']>> {
  const evaluated = await run(['evaluate', plan, '--quiet'], { cwd: folder });
  expect(evaluated.stderr).toBe('');
  const promoted = await run(['promote', plan], { cwd: folder });
  return { evaluate: evaluated.exitCode, promote: promoted.exitCode };
}

/** Times cost most, and are the same question at each stage: the whole asks it each time. */
function asked(text: string): string {
  return isWhole ? text : text.replaceAll(/^ *- \{ metric: latency.*\n/gmu, '');
}

const registryIn = (folder: string) => parseRegistry(readFileSync(join(folder, registryFile), 'utf8'), registryFile);

test('a shipped rollout goes through shadow, 5%, 25% and 50% to stable', async () => {
  const folder = await replayedRollouts();
  const plan = 'rollouts/intent-1.5.0.yaml';
  edit(folder, plan, (text) => asked(`${text}judge: all\n`));
  const shares: unknown[] = [];
  for (const _ of ['shadow', 'canary-5', 'canary-25', 'canary-50', 'full']) {
    expect(await step(folder, plan)).toEqual({ evaluate: 0, promote: 0 });
    shares.push(registryIn(folder).traffic['1.5.0']);
  }
  expect(shares).toEqual([0, 0.05, 0.25, 0.5, 1]);
  expect(registryIn(folder)).toMatchObject({
    revision: 5,
    aliases: { stable: '1.5.0' },
    traffic: { '1.5.0': 1 },
    versions: { '1.4.2': { status: 'archived' }, '1.5.0': { status: 'stable' } },
  });
  expect((await run(['registry', 'verify', 'fixtures/registry'], { cwd: folder })).exitCode).toBe(0);
  const changelog = readFileSync(join(folder, 'fixtures/registry/intent-classifier.CHANGELOG.md'), 'utf8');
  expect(changelog).toMatch(/^## \[1\.5\.0\] - \d{4}-\d{2}-\d{2}\n\n### Changed\n(?:\n- .*){1}(?:\n- .*){4}\n$/mu);
});

test('another, of a version that is worse in one language, is rolled back at 25%', async () => {
  const folder = await replayedRollouts();
  const plan = 'rollouts/intent-1.6.0.yaml';
  // That language comes to the product after 5% of the users have the version.
  const everybody = ['01', '02', '03'].map((day) =>
    readFileSync(join(folder, `fixtures/requests/2026-11-${day}.jsonl`)),
  );
  const others = linesOf(everybody.join('')).filter((line) => !line.includes('"pt-BR"'));
  writeFileSync(join(folder, 'rollouts/before.jsonl'), `${others.join('\n')}\n`);
  edit(folder, plan, (text) =>
    text
      .replace(
        / {2}- \{ name: canary-10.*\n/u,
        '  - { name: canary-5, weight: 5%, source: before.jsonl }\n  - { name: canary-25, weight: 25% }\n',
      )
      .replace('weight: 0, minRequests: 2000', 'weight: 0, source: before.jsonl')
      // Times are not what this is about, and cost most.
      .replace(/^ *- \{ metric: latency.*\n/mu, '')
      .concat('judge: all\n'),
  );
  expect(await step(folder, plan)).toEqual({ evaluate: 0, promote: 0 });
  expect(await step(folder, plan)).toEqual({ evaluate: 0, promote: 0 });
  expect(registryIn(folder).traffic).toEqual({ '1.4.2': 0.95, '1.6.0': 0.05 });
  expect(await step(folder, plan)).toEqual({ evaluate: 4, promote: 4 });
  expect(registryIn(folder)).toMatchObject({
    aliases: { stable: '1.4.2' },
    traffic: { '1.4.2': 1 },
    versions: { '1.4.2': { status: 'stable' }, '1.6.0': { status: 'rolled_back' } },
  });
  expect(registryIn(folder).history.at(-1)).toMatchObject({ action: 'rollback', stage: 'canary-25' });
});

/** Requests of a later day, on which the candidate fails or does not. */
function nextDay(folder: string, fails: boolean): void {
  const lines = linesOf(readFileSync(join(folder, log), 'utf8')).map((line) => {
    const record: StarterRecord = JSON.parse(line);
    const outcome = fails ? { latency_ms: 40, error: 'model-error' } : record.outcomes[candidate];
    const outcomes = { ...record.outcomes, [candidate]: outcome };
    const timestamp = new Date(Date.parse(record.timestamp) + 7 * 86_400_000).toISOString();
    return JSON.stringify({ ...record, request_id: `later-${record.request_id}`, timestamp, outcomes });
  });
  appendFileSync(join(folder, log), `${lines.join('\n')}\n`);
}

test('after it is stable, newer requests still compare it with the archived version', async () => {
  const folder = await starter('stable');
  nextDay(folder, false);
  const { evidence } = await evaluate(folder, ['--stage', 'full']);
  expect(evidence).toMatchObject({
    stage: { name: 'full', look: 2, series: 1 },
    inputs: { baseline: { version: '1.0.0' }, candidate: { version: candidate } },
    verdict: { decision: 'increase' },
    registryChange: { action: 'look' },
  });
  expect((await promote(folder, '--stage', 'full')).exitCode).toBe(0);
  expect(registryOf(folder)).toMatchObject({ traffic: { [candidate]: 1 }, history: { length: 5 } });
});

test('and where they show that it fails, promote goes back to the archived version', async () => {
  const folder = await starter('stable');
  nextDay(folder, true);
  const { evidence } = await evaluate(folder, ['--stage', 'full']);
  expect(evidence.verdict.decision).toBe('rollback');
  expect((await promote(folder, '--stage', 'full')).exitCode).toBe(4);
  expect(registryOf(folder)).toMatchObject({
    aliases: { stable: '1.0.0' },
    traffic: { '1.0.0': 1 },
    versions: { '1.0.0': { status: 'stable' }, [candidate]: { status: 'rolled_back' } },
  });
});

test('and without any evidence, rollback does', async () => {
  const folder = await starter('stable');
  expect((await run(['rollback', 'intent-classifier', '--registry', 'registry'], { cwd: folder })).exitCode).toBe(0);
  expect(registryOf(folder)).toMatchObject({ aliases: { stable: '1.0.0' }, traffic: { '1.0.0': 1 } });
});
