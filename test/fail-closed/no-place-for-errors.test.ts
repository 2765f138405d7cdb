import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { baseline, candidate, edit, evaluate, plan, starter } from '../cli/starter.ts';

/** The starter's log as a table; `columns` beyond prediction and latency are what may hold errors. */
async function starterWithTable(errorColumns: boolean): Promise<string> {
  const folder = await starter();
  const versions = [baseline, candidate];
  const columns = versions.flatMap((version) => [
    `outcomes.${version}.latency_ms`,
    `outcomes.${version}.prediction`,
    ...(errorColumns ? [`outcomes.${version}.error`] : []),
  ]);
  const rows = Array.from({ length: 1500 }, (_, index) => {
    const label = index % 3 === 0 ? 'refund' : 'track-order';
    const side = [String(30 + ((index * 7919) % 100)), label, ...(errorColumns ? [''] : [])];
    const time = new Date(Date.UTC(2026, 0, 5) + index * 60_000).toISOString();
    return [`r${index}`, time, `user${index % 700}`, 'en-US', label, ...side, ...side].join(',');
  });
  const header = ['request_id', 'timestamp', 'user_id', 'context.locale', 'label', ...columns].join(',');
  writeFileSync(join(folder, 'requests.csv'), `${[header, ...rows].join('\n')}\n`);
  edit(folder, plan, (text) => text.replace('requests.jsonl', 'requests.csv'));
  return folder;
}

test('a table without a column for errors makes the error rate uncomputable, not zero', async () => {
  const { evidence } = await evaluate(await starterWithTable(false));
  const errorRate = evidence.guardrails.find(({ metric }) => metric === 'error_rate');
  expect(errorRate).toMatchObject({
    status: 'uncomputable',
    reason: expect.stringContaining('the log cannot hold errors'),
  });
  expect(evidence.verdict.decision).not.toBe('increase');
});

test('a table with an empty column for errors has none', async () => {
  const { evidence } = await evaluate(await starterWithTable(true));
  const errorRate = evidence.guardrails.find(({ metric }) => metric === 'error_rate');
  expect(errorRate).toMatchObject({ status: 'pass', value: 0 });
});
