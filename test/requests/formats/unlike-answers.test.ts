import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReadOptions } from '../../../src/requests/values/read-options.ts';
import { base64, type Body, Captures, captured, csv, json, unit } from './capture-records.ts';
import { importOptions } from './import-fixture.ts';
import { casesOf } from '../../fixtures/tiers.ts';

let captures: Captures;
beforeAll(async () => {
  captures = await Captures.open();
});
afterAll(() => captures.close());

const gateway = {
  'a sentence of TensorFlow Serving': json({ error: 'upstream timed out' }),
  'a message of an API gateway': json({ message: 'Internal Server Error' }),
  'what FastAPI refuses': json({ detail: [{ loc: ['body', 'text'], msg: 'field required', type: 'value_error' }] }),
  'an error of Google or Azure': json({
    error: { code: 429, message: 'Quota exceeded', status: 'RESOURCE_EXHAUSTED' },
  }),
  'an error of Databricks': json({ error_code: 'BAD_REQUEST', message: 'Encountered an unexpected error' }),
  'an error of Lambda': json({ errorMessage: 'Task timed out', errorType: 'Sandbox.Timedout', stackTrace: [] }),
  'a problem of RFC 9457': json({ type: 'about:blank', title: 'Bad Gateway', status: 502 }),
  'a text': json('upstream timed out'),
  'an HTML page': { data: '<html>\n<body>502 Bad Gateway</body>\n</html>', encoding: 'JSON', type: 'text/html' },
  'an HTML page in a line of CSV': csv('<html><body>502 Bad Gateway</body></html>'),
  'an HTML page as Base64': base64('<html><body>502 Bad Gateway</body></html>'),
  'an empty body': { data: '', encoding: 'JSON', type: null },
  'an empty object': json({}),
  'an empty list': json([]),
} satisfies Record<string, Body>;

const answers: readonly [name: string, body: (label: string) => Body, options?: Partial<ReadOptions>][] = [
  ['labels', (label) => csv(label)],
  ['labels in JSON', (label) => json({ predictions: [label] })],
  ['labels with a probability', (label) => csv(`${label},0.9`)],
  ['probabilities', (label) => json({ predictions: [label === 'refund' ? 0.9 : 0.1] })],
  ['scores', (label) => json({ predictions: [label === 'refund' ? [0.1, 0.9] : [0.9, 0.1]] })],
  ['objects with a label', (label) => json({ label, score: 0.9 })],
  ['objects with the label under a name of their own', (label) => json({ class: label, took: 3 })],
  ['objects by label', (label) => json(label === 'refund' ? { refund: 0.9, other: 0.1 } : { refund: 0.1, other: 0.9 })],
  ['objects of two arrays', (label) => json({ classes: [label], scores: [0.9] })],
  ['lists of Hugging Face', (label) => json([{ label, score: 0.9 }])],
  ['numbers', (label) => json({ value: label === 'refund' ? 3.5 : 1 }), { labels: {} }],
  ['bare numbers', (label) => csv(label === 'refund' ? '3.5' : '1'), { labels: {} }],
];

async function read(outputs: readonly Body[], options: Partial<ReadOptions> = {}, fields = {}) {
  const path = captures.freshPath('v1');
  captures.logs.writeRecords(
    path,
    outputs.map((output, index) => captured(`e${String(index).padStart(3, '0')}`, csv(String(index)), output)),
  );
  const words = { labels: ['other', 'refund'], names: {} };
  const known = options.labels?.baseline === undefined && options.labels !== undefined ? undefined : words;
  const facts = await captures.logs.read({
    files: [path],
    ...importOptions('sagemaker-capture', { ...unit, ...fields }, options),
    values: { truths: known, answers: { baseline: known, candidate: known }, fine: [] },
  });
  return {
    facts,
    rows: await captures.logs.db.rows(
      'SELECT baseline_error AS error, baseline_label AS label FROM requests ORDER BY id',
    ),
  };
}

// Outside of the whole a quarter of the failures among each kind of answers, others among the next.
describe.each(answers)('among %s', (kind, body, options) => {
  const failures = casesOf(
    Object.entries(gateway),
    4,
    answers.findIndex(([name]) => name === kind),
  );
  const plain = ['refund', 'other', 'refund', 'other', 'refund', 'refund'].map((label) => body(label));
  let alone: Awaited<ReturnType<typeof read>>;
  beforeAll(async () => {
    alone = await read(plain, options);
  });

  test.each(failures)('%s is a failure, and leaves every other answer as it is', async (_name, error) => {
    const { rows } = await read([...plain.slice(0, 4), error, ...plain.slice(4)], options);
    expect(rows.map(({ error: found }) => found)).toEqual([
      null,
      null,
      null,
      null,
      expect.stringMatching(/^bad-/u),
      null,
      null,
    ]);
    expect(rows.filter(({ error: found }) => found === null)).toEqual(alone.rows);
  });
});
