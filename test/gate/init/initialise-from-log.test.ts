import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFieldAnswer } from '../../../src/gate/init/answered-fields.ts';
import { writePlanFromLog } from '../../../src/gate/init/initialise-from-log.ts';
import { type LogOptions, lookAtLog } from '../../../src/gate/init/look-at-log.ts';
import type { World } from '../../../src/gate/world.ts';
import { seededRecords, simulatedFolder } from '../../simulation/simulated-folder.ts';

const options: LogOptions = { log: 'log.jsonl', registry: 'registry' };

async function initialised(world: World, folder: string, said: LogOptions = options) {
  return await writePlanFromLog(world, folder, said, await lookAtLog(world, folder, said));
}

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
    const { file, found, review, warnings } = await initialised(world, 'new');
    const paths = Object.fromEntries(Object.entries(found.fields.found).map(([role, { path }]) => [role, path]));
    expect(paths).toEqual({
      id: 'meta.id',
      timestamp: 'meta.ts',
      unit: 'session',
      label: 'truth',
      outcomes: 'results',
    });
    expect(found.fields.segments).toEqual({ locale: 'context.locale' });
    const text = readFileSync(join(folder, file), 'utf8');
    expect(text).toContain('candidate: "1.1.0"');
    expect(text).toContain('{ metric: accuracy, maxDecrease: 1pp, segments: auto }');
    expect(text).toContain('coverage: { hours: [0, 23] }');
    expect(text).toMatch(/can see accuracy fall by .* pp; the bound is 1 pp: expect to hold for \d+ more day/u);
    expect(review?.log).toMatchObject({ requests: 3000, rejected: 0 });
    expect(warnings.map(({ rule }) => rule)).toEqual(['rehearsed-rollback']);
  });

  test('leaves out what the log can never decide, and says so', async () => {
    const records = seededRecords({ requests: 2000, users: 200 }).map((record) => ({
      ...record,
      outcomes: { '1.0.0': { prediction: 'refund' }, '1.1.0': { prediction: 'refund' } },
    }));
    const { world, folder, notes } = setUp(records);
    const { file } = await initialised(world, 'new');
    expect(readFileSync(join(folder, file), 'utf8')).not.toContain('latency.p95');
    expect(notes.join('\n')).toContain('No guardrail on latency.p95: ');
  });

  test('is written anew only as long as nobody has changed it', async () => {
    const { world, folder } = setUp(seededRecords({ requests: 500, users: 50 }));
    const { file } = await initialised(world, 'new');
    const written = readFileSync(join(folder, file), 'utf8');
    await initialised(world, 'new');
    expect(readFileSync(join(folder, file), 'utf8')).toBe(written);
    writeFileSync(join(folder, file), written.replace('1pp', '2pp'));
    await expect(initialised(world, 'new')).rejects.toThrow('already exists; nothing was written');
  });

  test('counts every request as a user of its own where no field looks like one, and says what that costs', async () => {
    const records = seededRecords({ requests: 500, users: 50 }).map((record) => ({ ...record, user_id: undefined }));
    const { world, folder } = setUp(records);
    const { file, refusal } = await initialised(world, 'new');
    expect(refusal).toBeUndefined();
    const text = readFileSync(join(folder, file), 'utf8');
    expect(text).toContain('unit: request_id');
    expect(text).toContain('# TODO unit: no field looks like a user, so each request counts as a user of its own');
  });

  test('needs a time, and says which line is to be written', async () => {
    const records = seededRecords({ requests: 500, users: 50 }).map((record) => ({ ...record, timestamp: undefined }));
    const { world, folder } = setUp(records);
    const { file, refusal, found } = await initialised(world, 'new');
    expect(refusal?.message).toContain('no record has the field timestamp');
    expect(found.todos.find(({ role }) => role === 'timestamp')).toMatchObject({ isNeeded: true });
    expect(readFileSync(join(folder, file), 'utf8')).toContain('# timestamp: PATH');
  });

  test('takes what a person says of a field, and refuses a field that the log does not have', async () => {
    const { world, folder } = setUp(seededRecords({ requests: 500, users: 50 }));
    const { file } = await initialised(world, 'new', {
      ...options,
      fields: [readFieldAnswer('unit=context.locale'), readFieldAnswer('label=-')],
    });
    const text = readFileSync(join(folder, file), 'utf8');
    expect(text).toContain('unit: context.locale');
    expect(text).not.toContain('accuracy');
    const slip = { ...options, fields: [readFieldAnswer('user=user_idd')] };
    await expect(lookAtLog(world, 'new', slip)).rejects.toThrow(
      '--field unit=user_idd: no record of the log has that field',
    );
    expect(() => readFieldAnswer('lable=x')).toThrow('"lable" is not a name for --field');
    expect(() => readFieldAnswer('id')).toThrow('does not say NAME=PATH');
  });

  test('is refused for a log that is not there', async () => {
    const { world } = setUp(seededRecords({ requests: 500, users: 50 }));
    await expect(initialised(world, 'new', { ...options, log: 'none.jsonl' })).rejects.toThrow('none.jsonl');
  });
});
