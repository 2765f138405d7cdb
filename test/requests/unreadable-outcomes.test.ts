import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bothVersions, LogFolder, record } from './log-folder.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

const outcome = (candidate: unknown): Record<string, unknown> => ({
  outcomes: { '1.4.2': { latency_ms: 1, prediction: 'refund' }, '1.5.0': candidate },
});
const good = JSON.stringify(record('good'));

/** Reads one record beside a good one, and says how the candidate's outcome of it ended. */
async function errorOf(line: string): Promise<unknown> {
  logs.write('outcome.jsonl', `${good}\n${line}\n`);
  const { totals } = await logs.read({ files: ['outcome.jsonl'], recorded: bothVersions, input: true });
  expect(totals).toMatchObject({ rows: 2, accepted: 2, rejected: 0 });
  const [row] = await logs.db.rows(`SELECT candidate_error AS error FROM requests WHERE id = 'bad'`);
  return row?.['error'];
}

describe('a recorded outcome that cannot be read is a failure of its version, and its record counts', () => {
  test.each([
    [{ latency_ms: 1 }],
    [{}],
    [{ prediction: null, error: null }],
    [{ prediction: '' }],
    [{ prediction: {} }],
    [{ prediction: ['refund', 'greet'] }],
    [{ prediction: [['refund']] }],
    [{ prediction: { scores: {} } }],
    [{ prediction: { scores: { refund: 'high' } } }],
    [{ prediction: { scores: 0.5 } }],
    [{ prediction: { label: 'refund', score: 'high' } }],
    [5],
    ['refund'],
  ])('%j', async (candidate) => {
    expect(await errorOf(JSON.stringify(record('bad', outcome(candidate))))).toBe('bad-outcome');
  });

  test.each(['NaN', '{"scores":{"refund":NaN,"greet":0.1}}', '{"label":"refund","score":NaN}'])(
    'the prediction %s',
    async (prediction) => {
      const line = JSON.stringify(record('bad', outcome({ prediction: 'written' })));
      expect(await errorOf(line.replace('"written"', prediction))).toBe('bad-outcome');
    },
  );

  test('an error is one, whatever answer stands beside it', async () => {
    expect(await errorOf(JSON.stringify(record('bad', outcome({ prediction: 'refund', error: 'timeout' }))))).toBe(
      'timeout',
    );
  });
});
