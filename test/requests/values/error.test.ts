import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bothVersions, LogFolder, record } from '../log-folder.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

const letters = { labels: ['a', 'b'], names: {} };

/** The kinds of failures that a column of errors tells, in its order. */
async function kinds(errors: readonly unknown[], fine: readonly string[] = []): Promise<unknown[]> {
  const records = errors.map((error, index) =>
    record(`r${String(index).padStart(3, '0')}`, {
      outcomes: { '1.4.2': { prediction: 'a', error }, '1.5.0': { prediction: 'a' } },
    }),
  );
  logs.writeRecords('errors.jsonl', records);
  await logs.read({
    files: ['errors.jsonl'],
    recorded: bothVersions,
    values: { answers: { baseline: letters, candidate: letters }, fine },
  });
  const rows = await logs.db.rows('SELECT baseline_error AS error FROM requests ORDER BY id');
  return rows.map(({ error }) => error);
}

describe('what stands in the place of an error', () => {
  test.each(['', ' ', null, false, 'false', 'None', 'null', '-', 'OK', 'ok', 200, '200.0', '200 OK', '301', 'NaN'])(
    '%j is none',
    async (error) => {
      expect(await kinds([error, 500])).toEqual([null, 'http-500']);
    },
  );

  test.each([
    [503, 'http-503'],
    ['503.0', 'http-503'],
    ['404 Not Found', 'http-404'],
    [true, 'error'],
    ['True', 'error'],
    ['timeout', 'timeout'],
    ['UNAVAILABLE', 'UNAVAILABLE'],
  ])('%j is the failure %s, whatever answer stands beside it', async (error, kind) => {
    expect(await kinds([error])).toEqual([kind]);
  });

  test('0 beside statuses of HTTP is not an answer at all', async () => {
    expect(await kinds([200, 0, '0.0', 503])).toEqual([null, 'no-answer', 'no-answer', 'http-503']);
    expect(await kinds([200, 200, 0])).toEqual([null, null, 'no-answer']);
  });

  test('0 and 1 alone are a flag', async () => {
    expect(await kinds([0, 1, '0.0', '1.0'])).toEqual([null, 'error', null, 'error']);
  });

  test('numbers up to 16 are codes of gRPC', async () => {
    expect(await kinds([0, 14, 4])).toEqual([null, 'UNAVAILABLE', 'DEADLINE_EXCEEDED']);
  });

  test('a flag of success tells failures by what is not one, where the plan says so', async () => {
    expect(await kinds([1, 0, '1.0', '0.0'], ['1'])).toEqual([null, 'error', null, 'error']);
    expect(await kinds([true, false, 'True'], ['true'])).toEqual([null, 'error', null]);
  });

  test('codes in which a process ends are failures, and no statuses of HTTP', async () => {
    expect(await kinds([0, 137, 110, ''])).toEqual([null, '137', '110', null]);
  });

  test.each([[[]], [{}]])('%j is none', async (error) => {
    expect(await kinds([error, 500])).toEqual([null, 'http-500']);
  });

  test('what the plan calls fine is none', async () => {
    expect(await kinds([404, '404 Not Found', 'completed', 500], ['404', 'completed'])).toEqual([
      null,
      null,
      null,
      'http-500',
    ]);
  });
});
