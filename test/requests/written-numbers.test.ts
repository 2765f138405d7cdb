import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReadOptions } from '../../src/requests/values/read-options.ts';
import { bothVersions, defaultFields, LogFolder } from './log-folder.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

const fields = {
  ...defaultFields,
  served: { by: 'served_by', latency: 'latency_ms', error: 'error', prediction: 'prediction', score: 'score' },
};

/** A table of a live split whose field `column` holds these texts, a record each. */
async function read(
  column: string,
  texts: readonly string[],
  { delimiter = ';', ...options }: Partial<ReadOptions> & { readonly delimiter?: string } = {},
) {
  const row = (values: readonly string[]) => values.map((value) => (value.includes(delimiter) ? `"${value}"` : value));
  const plain = { label: 'a', latency_ms: '40', prediction: 'a', score: '', [column]: '' };
  const names = Object.keys(plain);
  const lines = texts.map((text, index) => {
    const values = Object.values({ ...plain, [column]: text });
    return row([`r${index}`, '2026-11-01T09:00:00Z', `u${index}`, '1.4.2', ...values]).join(delimiter);
  });
  const header = ['request_id', 'timestamp', 'user_id', 'served_by', ...names].join(delimiter);
  logs.write('log.csv', `${[header, ...lines].join('\n')}\n`);
  const all = { files: ['log.csv'], fields, recorded: bothVersions, ordered: true, ...options };
  const { notes } = await logs.read(all);
  const rows = await logs.db.rows(
    'SELECT baseline_latency_ns / 1e6 AS ms, label, baseline_value AS value, baseline_error AS error FROM requests ORDER BY seq',
  );
  return { notes, rows, latencies: rows.map(({ ms }) => ms) };
}

const numbers = { values: { truths: undefined, answers: {}, fine: [] } };
const labels = { labels: ['a', 'b'], names: {} };
const twoLabels: Partial<ReadOptions> = {
  values: { truths: labels, answers: { baseline: labels, candidate: labels }, fine: [] },
  labels: { baseline: ['a', 'b'], candidate: ['a', 'b'] },
};

describe('numbers that can be read in two ways are refused, with what to write', () => {
  test.each<[string, string, readonly string[], Partial<ReadOptions> & { delimiter?: string }, string]>([
    ['a point among whole numbers', 'latency_ms', ['873', '912', '1.262'], {}, '"1.262" in latency_ms'],
    ['behind tabs', 'latency_ms', ['873', '912', '1.262'], { delimiter: '\t' }, '"1.262" in latency_ms'],
    ['a comma among whole numbers', 'latency_ms', ['873', '912', '1,262'], {}, '"1,262" in latency_ms'],
    ['quoted behind commas', 'latency_ms', ['873', '1,262'], { delimiter: ',' }, '"1,262" in latency_ms'],
    ['quoted, and nothing else', 'latency_ms', ['1,873', '1,262'], { delimiter: ',' }, '"1,262" in latency_ms'],
    ['a point, and nothing else', 'latency_ms', ['1.873', '1.262'], {}, '"1.262" in latency_ms'],
    ['both', 'latency_ms', ['1.873', '1,262'], {}, '"1,262" in latency_ms'],
    ['both with numbers that tell', 'latency_ms', ['12,5', '12.5', '1.262'], {}, '"1.262" in latency_ms'],
    ['a score', 'score', ['1', '1.000'], twoLabels, '"1.000" in score'],
    ['a truth', 'label', ['873', '1.262'], numbers, '"1.262" in label'],
    ['an answer', 'prediction', ['873', '1.262'], numbers, '"1.262" in prediction'],
  ])('%s', async (_, column, texts, options, example) => {
    const start = `log.csv: it is not clear whether ${example} is `;
    await expect(read(column, texts, options)).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining(start),
      hint: expect.stringMatching(/^write requests: \{ decimal: (comma|point) \} if it is 1\.\d+, decimal: /u),
    });
  });
});

describe('numbers that tell how they are written are read so', () => {
  test.each<[string, readonly string[], string, readonly number[]]>([
    ['a fraction of other length', ['873', '12.5', '1.262'], ';', [873, 12.5, 1.262]],
    ['a number below one', ['0.873', '1', '1.262'], ';', [0.873, 1, 1.262]],
    ['a whole number without anything between thousands', ['873', '1500', '1.262'], ';', [873, 1500, 1.262]],
    ['three digits everywhere', ['45.123', '38.991'], '\t', [45.123, 38.991]],
    ['three digits everywhere behind a comma', ['45,123', '38,991'], ';', [45.123, 38.991]],
    ['a decimal comma', ['873', '12,5', '1.262'], ';', [873, 12.5, 1262]],
    ['points between millions', ['873', '1.262', '1.262.873'], ';', [873, 1262, 1_262_873]],
    ['commas between thousands', ['873', '12.5', '1,262'], ',', [873, 12.5, 1262]],
    ['both marks', ['873', '1,262.5'], ',', [873, 1262.5]],
    ['a quoted decimal comma', ['873', '12,5', '0,25'], ',', [873, 12.5, 0.25]],
    ['a point behind commas', ['873', '912', '1.262'], ',', [873, 912, 1.262]],
    ['zero and nothing', ['0', '', '45.123'], '\t', [0, Number.NaN, 45.123]],
  ])('%s', async (_, texts, delimiter, expected) => {
    const { latencies } = await read('latency_ms', texts, { delimiter });
    expect(latencies.map((ms) => ms ?? Number.NaN)).toEqual(expected);
  });

  test('and said where a program does not write so', async () => {
    expect((await read('latency_ms', ['12,5'])).notes).toEqual(['log.csv: numbers are written with a decimal comma']);
    expect((await read('latency_ms', ['12.5', '1,262'], { delimiter: ',' })).notes).toEqual([
      'log.csv: numbers are written with commas between thousands',
    ]);
    expect((await read('latency_ms', ['12.5', '1.262'])).notes).toEqual([]);
  });

  test('truths and answers that are numbers too', async () => {
    const truths = await read('label', ['873', '12,5', '1.262'], numbers);
    expect(truths.rows.map(({ label }) => label)).toEqual(['873', '12.5', '1262']);
    const answers = await read('prediction', ['873', '12,5', '1.262'], numbers);
    expect(answers.rows.map(({ value }) => value)).toEqual([873, 12.5, 1262]);
  });
});

test('the plan decides where it says which mark is decimal', async () => {
  const texts = ['873', '912', '1.262'];
  expect((await read('latency_ms', texts, { decimal: 'point' })).latencies).toEqual([873, 912, 1.262]);
  expect((await read('latency_ms', texts, { decimal: 'comma' })).latencies).toEqual([873, 912, 1262]);
  const quoted = { delimiter: ',', decimal: 'point' } as const;
  expect((await read('latency_ms', ['873', '1,262'], quoted)).latencies).toEqual([873, 1262]);
});

test('labels of a classification are no numbers', async () => {
  const { rows } = await read('label', ['873', '1.262'], twoLabels);
  expect(rows.map(({ label }) => label)).toEqual(['873', '1.262']);
});
