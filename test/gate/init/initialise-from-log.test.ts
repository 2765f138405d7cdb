import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { initialiseFromLog } from '../../../src/gate/init/initialise-from-log.ts';
import { reviewPlan } from '../../../src/gate/review/review-plan.ts';
import { seededRecords, simulatedFolder } from '../../simulation/simulated-folder.ts';

const options = { log: 'log.jsonl', registry: 'registry' };

/** Renames fields as another system would have written them. */
function renamed(record: Record<string, unknown>): Record<string, unknown> {
  const { request_id, timestamp, user_id, label, context, outcomes } = record;
  return { meta: { id: request_id, ts: timestamp }, session: user_id, truth: label, context, results: outcomes };
}

function setUp(records: readonly Record<string, unknown>[]) {
  return simulatedFolder(records, ['{ metric: accuracy, maxDecrease: 2pp }']);
}

describe('a plan from a log and a registry', () => {
  test('finds fields under other names, segments, hours and the task, and passes its own review', async () => {
    const { world, folder } = setUp(seededRecords({ requests: 3000, users: 300 }).map(renamed));
    const { file, fields } = await initialiseFromLog(world, 'new', options);
    expect(fields).toEqual({
      id: 'meta.id',
      timestamp: 'meta.ts',
      unit: 'session',
      label: 'truth',
      outcomes: 'results',
      segments: { locale: 'context.locale' },
    });
    const text = readFileSync(join(folder, file), 'utf8');
    expect(text).toContain('candidate: "1.1.0"');
    expect(text).toContain('{ metric: accuracy, maxDecrease: 1pp, segments: auto }');
    expect(text).toContain('coverage: { hours: [0, 23] }');
    expect(text).toMatch(
      /# shadow can see accuracy fall by .* pp; the bound is 1 pp: expect to hold for \d+ more day/u,
    );
    const { review, warnings } = await reviewPlan(world, file);
    expect(review.log).toMatchObject({ requests: 3000, rejected: 0 });
    expect(warnings.map(({ rule }) => rule)).toEqual(['rehearsed-rollback']);
  });

  test('leaves out what the log can never decide, and says so', async () => {
    const records = seededRecords({ requests: 2000, users: 200 }).map((record) => ({
      ...record,
      outcomes: { '1.0.0': { prediction: 'refund' }, '1.1.0': { prediction: 'refund' } },
    }));
    const { world, folder, notes } = setUp(records);
    const { file } = await initialiseFromLog(world, 'new', options);
    expect(readFileSync(join(folder, file), 'utf8')).not.toContain('latency.p95');
    expect(notes.join('\n')).toContain('No guardrail on latency.p95: ');
  });

  test('is not written over another', async () => {
    const { world } = setUp(seededRecords({ requests: 500, users: 50 }));
    await initialiseFromLog(world, 'new', options);
    await expect(initialiseFromLog(world, 'new', options)).rejects.toThrow('is there already; nothing was written');
  });

  test('is not guessed at where no field looks like a user', async () => {
    const records = seededRecords({ requests: 500, users: 50 }).map((record) => ({ ...record, user_id: undefined }));
    const { world } = setUp(records);
    await expect(initialiseFromLog(world, 'new', options)).rejects.toThrow(
      'log.jsonl: no field looks like the unit of a request',
    );
  });

  test('needs a version above the stable one, and a registry', async () => {
    const { world } = setUp(seededRecords({ requests: 500, users: 50 }));
    await expect(initialiseFromLog(world, 'new', { ...options, registry: 'nowhere' })).rejects.toThrow(
      'does not exist',
    );
    await expect(initialiseFromLog(world, 'new', { ...options, log: 'none.jsonl' })).rejects.toThrow('none.jsonl');
  });
});
