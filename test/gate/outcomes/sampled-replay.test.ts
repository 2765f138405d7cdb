import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { murmur3Bucket } from '../../../src/assignment/schemes/murmur3.ts';
import type { Evidence } from '../../../src/domain/evidence.ts';
import { evaluate } from '../../../src/gate/evaluate/evaluate.ts';
import { replayRollout } from '../../../src/gate/outcomes/replay-rollout.ts';
import { baseline, candidate, classifying, jsonLines, TestRollout } from '../../fixtures/test-rollout.ts';
import { worldAt } from '../world-at.ts';

const modelHost = fileURLToPath(new URL('../../../bin/model-host.js', import.meta.url));

/** Answers with the input, and writes down which it was asked. */
const program = `import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, input } = JSON.parse(line);
  appendFileSync(process.argv[2], input + '\\n');
  console.log(JSON.stringify({ id, prediction: input.split(' ')[0] }));
});`;

const users = 600;
const perUser = 20;
/** Of a program's requests, 8,192 are a window. */
const records = Array.from({ length: users * perUser }, (_, index) => {
  const answer = murmur3Bucket('answer', String(index)) < 0.5 ? 'a' : 'b';
  return {
    request_id: `r${index}`,
    timestamp: new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString(),
    user_id: `u${index % users}`,
    // Many ask the same.
    input: `${answer} ${index % 7 === 0 ? 'again' : index}`,
    label: 'a',
  };
});

const placeOf = (user: string) => createHash('md5').update(`sample:${user}`).digest().readUInt32BE(0) / 2 ** 32;

/** A version that the program plays. */
const played = (version: string) => ({
  artifact: { runtime: 'command' as const, command: ['node', 'model.mjs', `${version}.txt`] },
  ...classifying(['a', 'b']),
});

/** What those of the users ask whose share begins at one sample and ends at another. */
function askedBy(from: number, to: number): string[] {
  const isNew = (user: string) => placeOf(user) >= from && placeOf(user) < to;
  return records.flatMap(({ user_id, input }) => (isNew(user_id) ? [input] : [])).toSorted();
}

describe('a sample that grows', () => {
  let rollout: TestRollout;
  const asked = (version: string) => {
    const file = join(rollout.folder, `registry/${version}.txt`);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').toSorted();
    rmSync(file);
    return lines;
  };
  const world = () => worldAt(rollout.folder, { modelHost });
  const look = async (sample: string, fill = true): Promise<Evidence> => {
    rollout.plan({ requests: `{ source: log.jsonl${sample === '' ? '' : `, sample: { units: ${sample} }`} }` });
    const options = { stage: 'shadow', ...(fill ? {} : { store: '.canary/outcomes' }) };
    return (await evaluate(world(), 'plan.yaml', options)).evidence;
  };

  beforeEach(() => {
    rollout = new TestRollout({
      plan: { replay: '{ concurrency: 1 }' },
      files: { 'registry/model.mjs': program, 'log.jsonl': records },
      versions: { [baseline]: played(baseline), [candidate]: played(candidate) },
    });
  });

  test('replays the users that are new, and no other, to the numbers of one replay', async () => {
    const steps = [
      { sample: '10%', from: 0, to: 0.1 },
      { sample: '75%', from: 0.1, to: 0.75 },
      { sample: '90%', from: 0.75, to: 0.9 },
      { sample: '', from: 0.9, to: 1 },
    ];
    for (const { sample, from, to } of steps) {
      await look(sample);
      for (const version of [baseline, candidate]) expect(asked(version)).toEqual(askedBy(from, to));
    }
    const grown = await look('', false);
    rmSync(join(rollout.folder, '.canary/outcomes'), { recursive: true });
    const anew = await look('');
    expect({ ...anew, stage: grown.stage }).toEqual(grown);
  });

  test('replays nothing where it is what it was once, smaller or larger', async () => {
    for (const sample of ['20%', '60%', '40%']) await look(sample);
    const all = askedBy(0, 0.6);
    expect(asked(candidate)).toHaveLength(all.length + askedBy(0.2, 0.4).length);
    for (const sample of ['60%', '20%', '40%']) await look(sample, false);
  });

  test('replays of a log that grew too what is new, and the last window of each of its parts', async () => {
    await look('75%');
    await look('');
    asked(candidate);
    const more = records
      .slice(0, 50)
      .map((record, index) => ({ ...record, request_id: `more${index}`, timestamp: '2026-12-01T00:00:00Z' }));
    appendFileSync(join(rollout.folder, 'log.jsonl'), jsonLines(more));
    await look('');
    const outside = askedBy(0.75, 1).length;
    const within = askedBy(0, 0.75).length;
    expect(within).toBeGreaterThan(8192);
    expect(asked(candidate)).toHaveLength(more.length + (within % 8192) + outside);
  });

  test('has the windows that were prepared of it, which shards without the log replay', async () => {
    await look('10%');
    asked(candidate);
    rollout.plan({ requests: '{ source: log.jsonl, sample: { units: 95% } }' });
    const options = { stage: 'shadow', store: '.canary/outcomes' };
    const prepared = await replayRollout(world(), 'plan.yaml', { ...options, prepare: true });
    expect(prepared.versions.map(({ windows, missing }) => [windows, missing])).toEqual([
      [3, [2, 3]],
      [3, [2, 3]],
    ]);
    rmSync(join(rollout.folder, 'log.jsonl'));
    for (const number of [1, 2]) await replayRollout(world(), 'plan.yaml', { ...options, shard: { number, of: 2 } });
    expect(asked(candidate)).toEqual(askedBy(0.1, 0.95));
    rollout.write('log.jsonl', records);
    await look('95%', false);
  });
});
