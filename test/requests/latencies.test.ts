import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bothVersions, LogFolder, record } from './log-folder.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

/** Records with good latencies of both versions, or of the baseline alone. */
const goods = (alone: boolean) =>
  Array.from({ length: 200 }, (_, index) => {
    const good = { latency_ms: 40, prediction: 'refund' };
    return record(`r${index}`, { outcomes: { '1.4.2': good, ...(alone ? {} : { '1.5.0': good }) } });
  });

const latencies = async (bad: string, alone: boolean) => {
  const lines = [
    ...goods(alone),
    record('bad', { outcomes: { '1.5.0': { latency_ms: 'BAD', prediction: 'refund' } } }),
  ];
  logs.write('latencies.jsonl', lines.map((line) => `${JSON.stringify(line).replace('"BAD"', bad)}\n`).join(''));
  const facts = await logs.read({ files: ['latencies.jsonl'], recorded: bothVersions });
  const [row] = await logs.db.rows(
    "SELECT candidate_latency_ns AS ns, candidate_label AS label FROM requests WHERE id = 'bad'",
  );
  return { facts, row };
};

describe('a latency that is none costs nothing but itself', () => {
  test.each(['-0.001', '"fast"', '{}', 'true', '1e300', 'NaN', 'Infinity'])('%s', async (bad) => {
    const { facts, row } = await latencies(bad, false);
    expect(facts.files[0]?.rejected).toEqual({});
    expect(row).toEqual({ ns: null, label: 'refund' });
    expect(facts.totals.latency.candidate?.unmeasured).toBe(1);
  });

  test('where a hundredth of a version is like it, none of that version counts', async () => {
    const { facts, row } = await latencies('-2', true);
    expect(row).toEqual({ ns: null, label: 'refund' });
    expect(facts.totals.latency.baseline?.problem).toBeUndefined();
    expect(facts.totals.latency.candidate?.problem).toBe('1.5.0: negative or not a number, 1 of 1 recorded latency');
    expect(facts.notes).toEqual(['no latency counts of 1.5.0: negative or not a number, 1 of 1 recorded latency']);
  });
});
