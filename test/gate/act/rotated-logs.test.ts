import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/domain/errors.ts';
import { promote } from '../../../src/gate/act/promote.ts';
import { evidenceText } from '../../../src/report/evidence/evidence-text.ts';
import { baseline, candidate, jsonLines, TestRollout } from '../../fixtures/test-rollout.ts';

/** Requests by 200 users, every third of which gets its label later. */
function records(from: number, to: number): Record<string, unknown>[] {
  return Array.from({ length: to - from }, (_, offset) => {
    const index = from + offset;
    const outcome = { prediction: index % 10 === 0 ? 'b' : 'a' };
    return {
      request_id: `r${index}`,
      timestamp: new Date(Date.UTC(2026, 10, 1, 9) + index * 60_000).toISOString(),
      user_id: `u${index % 200}`,
      ...(index % 3 === 0 ? {} : { label: 'a' }),
      outcomes: { [baseline]: outcome, [candidate]: outcome },
    };
  });
}

async function evaluated(): Promise<TestRollout> {
  const rollout = new TestRollout({
    plan: { requests: '{ source: "log*" }', stages: '[{ name: shadow, weight: 0 }, { name: full, weight: 1 }]' },
    files: { 'log.1.jsonl': records(0, 1500), 'log.2.jsonl': records(1500, 2000) },
  });
  const { verdict } = await rollout.evaluate();
  expect(verdict.decision).toBe('increase');
  return rollout;
}

function remove(rollout: TestRollout, ...names: string[]): void {
  for (const name of names) rmSync(join(rollout.folder, name));
}

async function actionOf(rollout: TestRollout): Promise<string> {
  try {
    return (await promote(rollout.world, 'plan.yaml', { dryRun: true })).action;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

test('a log that was rotated and compressed, with labels that came late and new requests, goes on with its series', async () => {
  const rollout = await evaluated();
  remove(rollout, 'log.1.jsonl', 'log.2.jsonl');
  const now = records(0, 2100).map((record) => ({ ...record, label: 'a' }));
  rollout.write('log.3.jsonl.gz', gzipSync(jsonLines(now.slice(0, 800))));
  rollout.write('log.4.jsonl', now.slice(800));
  expect(await actionOf(rollout)).toBe('enter');
  const { stage } = await rollout.evaluate();
  expect(stage).toEqual({ name: 'shadow', weight: 0, look: 2, series: 1 });
});

test('a record that changed on the way is told by its hour', async () => {
  const rollout = await evaluated();
  remove(rollout, 'log.1.jsonl');
  const changed = records(0, 1500).map((record, index) => (index === 301 ? { ...record, label: 'b' } : record));
  rollout.write('log.0.jsonl', changed);
  const told = 'requests of 2026-11-01T14 (UTC) are not those of the last look, or have changed';
  expect(await actionOf(rollout)).toContain(`log.1.jsonl is not here, and ${told}`);
  const { stage } = await rollout.evaluate();
  expect(stage).toMatchObject({ look: 2, series: 2, newSeries: `log.1.jsonl is gone: ${told}` });
});

test('a beginning that expired starts a new series, and stdout says what is no longer promised', async () => {
  const rollout = await evaluated();
  rollout.write('log.1.jsonl', records(600, 1500));
  expect(await actionOf(rollout)).toContain('log.1.jsonl is no longer what was evaluated: the log began at');
  const evidence = await rollout.evaluate();
  const text = evidenceText(evidence, { color: 0, columns: 160, unicode: false }, { planFile: 'plan.yaml' });
  expect(text.replaceAll(/\s+/gu, ' ')).toContain('the 5% hold for each series on its own, no longer for all looks;');
  expect(evidence.stage.newSeries).toContain(
    'the log began at 2026-11-01T09:00 and begins at 2026-11-01T19:00 now, 600 of 2,000 requests are no longer there',
  );
  // The next look at the same requests has nothing new to say.
  expect((await rollout.evaluate()).stage).toEqual(evidence.stage);
});

test('a file of which no record is anywhere is told, and the rest decides', async () => {
  const rollout = await evaluated();
  remove(rollout, 'log.2.jsonl');
  expect(await actionOf(rollout)).toBe('enter');
  expect(rollout.notes.at(-1)).toBe('log.2.jsonl is not here; it could not be compared with what was evaluated.');
  // One record of it that is somewhere else shows that it was not merely left behind.
  rollout.write('log.5.jsonl', records(1500, 1501));
  expect(await actionOf(rollout)).toContain('cannot be acted on');
});
