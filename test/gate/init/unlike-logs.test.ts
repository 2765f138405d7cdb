import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writePlanFromLog } from '../../../src/gate/init/initialise-from-log.ts';
import { lookAtLog } from '../../../src/gate/init/look-at-log.ts';
import { simulatedFolder } from '../../simulation/simulated-folder.ts';

const start = Date.UTC(2026, 10, 20, 8);

/** A log of 600 requests by 60 users, a second apart unless said, as `record` writes each. */
function logOf(record: (index: number, time: Date) => Record<string, unknown>, secondsApart = 1) {
  const { world, folder } = simulatedFolder([], []);
  const lines = Array.from({ length: 600 }, (_, index) =>
    JSON.stringify(record(index, new Date(start + index * secondsApart * 1000))),
  );
  writeFileSync(join(folder, 'service.jsonl'), `${lines.join('\n')}\n`);
  const options = { log: 'service.jsonl', registry: 'none' };
  const written = async () => {
    const { file, found } = await writePlanFromLog(world, 'new', options, await lookAtLog(world, 'new', options));
    return { found, plan: readFileSync(join(folder, file), 'utf8') };
  };
  return written();
}

const version = (index: number) => ((index % 60) % 2 === 0 ? 'v1' : 'v2');
const answer = (index: number) => (index % 7 < 4 ? 'ja' : 'nein');

/** As services of Python write their requests: times in seconds with all their digits. */
function served(index: number, time: Date): Record<string, unknown> {
  return {
    trace: `t${index}`,
    ts: time.toISOString(),
    user: `u${index % 60}`,
    model_version: version(index),
    latency: 0.02 + (index % 97) / 12_345,
    prediction: answer(index),
  };
}

test('a time in seconds with all its digits is no time since 1970, and gets its unit', async () => {
  const { plan } = await logOf(served);
  expect(plan).toContain('latency: { path: latency, unit: s }');
  expect(plan).toContain('id: trace');
});

test('a log of ten minutes is judged as a whole, and one of hours without what a weight settles in', async () => {
  expect((await logOf(served)).plan).toContain('settle: 0m');
  expect((await logOf(served, 60)).plan).not.toContain('settle');
});

test('errors get no guardrail where no field shows them', async () => {
  const { found, plan } = await logOf(served);
  expect(found.todos.map(({ role }) => role)).toContain('error');
  expect(plan).not.toContain('error_rate');
  const failing = (index: number, time: Date) => ({ ...served(index, time), status: index % 50 === 0 ? 504 : 200 });
  expect((await logOf(failing)).plan).toContain('{ metric: error_rate, maxIncrease: 1pp }');
});

test('a time in a writing that canary does not read is named with an example', async () => {
  const { found } = await logOf((index, time) => ({
    ...served(index, time),
    ts: `${time.getUTCDate()}.11.2026 ${String(time.getUTCHours()).padStart(2, '0')}:00:00`,
  }));
  expect(found.todos.find(({ role }) => role === 'timestamp')?.why).toContain(
    'ts has times such as 20.11.2026 08:00:00',
  );
});

test('times are no segments, and answers are not offered as versions', async () => {
  const { found, plan } = await logOf((index, time) => {
    const { model_version: _version, ...record } = served(index, time);
    return {
      ...record,
      label: answer(index),
      other_answer: answer(index + 1),
      day: `20/Nov/2026:0${index % 3}:15:00 +0000`,
    };
  });
  expect(found.todos.find(({ role }) => role === 'servedBy')?.candidates).not.toContain('other_answer');
  expect(plan).not.toMatch(/day: day/u);
});

test('a service that logs response.predictions is not taken for TensorFlow Serving', async () => {
  const { plan } = await logOf((index, time) => {
    const { prediction, ...record } = served(index, time);
    return { ...record, response: { predictions: [{ label: prediction }] } };
  });
  expect(plan).not.toContain('format:');
});
