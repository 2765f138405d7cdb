import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { base64, Captures, captured, csv, json } from './capture-records.ts';

let captures: Captures;
beforeAll(async () => {
  captures = await Captures.open();
});
afterAll(() => captures.close());

describe('the requests of one event', () => {
  test.each([
    ['a line of CSV', csv('1,-2.5e3,late\n'), ['[1,-2.5e3,"late"]']],
    [
      'lines of CSV with quotes, commas and line ends inside',
      csv('1,"a, ""b""\nc"\r\n007,'),
      ['[1,"a, \\"b\\"\\nc"]', '["007",""]'],
    ],
    ['instances', json({ instances: [{ text: 'a' }, [1, 2]] }), ['{"text":"a"}', '[1,2]']],
    ['an array of arrays', json([[1], [2]]), ['[1]', '[2]']],
    ['an array of numbers, which is one request', json([1, 2]), ['[1,2]']],
    ['an object', json({ text: 'a' }), ['{"text":"a"}']],
    ['JSON lines', { ...json(0), data: '{"a":1}\n{"a":2}\n' }, ['{"a":1}', '{"a":2}']],
    ['Base64 of JSON with no content type', base64('{"instances":["ü"]}'), ['"ü"']],
    ['Base64 of CSV with a content type', base64('1,2\n3,4', 'text/csv'), ['[1,2]', '[3,4]']],
    ['Base64 of CSV without one', base64('a,b'), ['["a","b"]']],
    [
      'Base64 of bytes that are no text, which stays Base64',
      base64(new Uint8Array([255, 216]), 'image/jpeg'),
      ['"/9g="'],
    ],
  ])('%s', async (_, input, expected) => {
    const { rows, facts } = await captures.read([captured('e', input, csv(expected.map(() => 'refund').join('\n')))]);
    expect(rows.map((row) => row['input'])).toEqual(expected);
    expect(rows.map((row) => row['id'])).toEqual(expected.length === 1 ? ['e'] : expected.map((_each, i) => `e#${i}`));
    expect(facts.files[0]?.lines).toEqual({ lines: 1, unpacked: expected.length - 1, joined: 0, unmatched: 0 });
  });
});

describe('what they were answered', () => {
  test.each([
    ['a line of CSV', 1, csv('refund\n'), [['refund', null]]],
    ['a quoted line', 1, csv('"refund"\n'), [['refund', null]]],
    [
      'one line for two requests, as XGBoost answers',
      2,
      csv('0.2,0.8'),
      [
        ['other', 0.8],
        ['refund', 0.8],
      ],
    ],
    [
      'two lines of probabilities',
      2,
      csv('0.9,0.1\n0.4,0.6'),
      [
        ['other', 0.9],
        ['refund', 0.6],
      ],
    ],
    [
      'labels and scores of built-in algorithms',
      1,
      json({ predictions: [{ score: 0.9, predicted_label: 'other' }] }),
      [['other', null]],
    ],
    [
      'probabilities in the order of the labels',
      2,
      json({
        predictions: [
          [0.1, 0.9],
          [1, 0],
        ],
      }),
      [
        ['refund', 0.9],
        ['other', 1],
      ],
    ],
    ['one probability of two labels: the second one', 1, json({ predictions: [[0.75]] }), [['refund', 0.75]]],
    [
      'a bare array',
      2,
      json(['refund', 'other']),
      [
        ['refund', null],
        ['other', null],
      ],
    ],
    ['a bare vector for one request', 1, json([0.3, 0.7]), [['refund', 0.7]]],
    ['Base64 of a bare text', 1, base64('refund', 'text/plain'), [['refund', null]]],
    ["canary's own shape", 1, json({ label: 'refund', score: 0.6 }), [['refund', 0.6]]],
  ])('%s', async (_, requests, output, expected) => {
    const input = csv(Array.from({ length: requests }, (_each, index) => String(index)).join('\n'));
    const { rows } = await captures.read([captured('e', input, output)]);
    expect(rows.map((row) => [row['baseline_label'], row['baseline_score']])).toEqual(expected);
  });

  test('at a path of its own, where the plan names one', async () => {
    const { rows } = await captures.read([captured('e', csv('1'), json({ answer: { class: 'refund' } }))], [], {
      answer: 'answer.class',
    });
    expect(rows[0]).toMatchObject({ baseline_label: 'refund' });
  });

  test('nothing, where no output was captured: no outcome, and no error either', async () => {
    const { rows } = await captures.read([captured('e', csv('1'), null)]);
    expect(rows[0]).toMatchObject({ baseline_present: false, baseline_error: null });
  });
});
