import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReadOptions } from '../../../src/requests/values/read-options.ts';
import { type Body, Captures, captured, csv, json, unit } from './capture-records.ts';
import { importOptions } from './import-fixture.ts';

let captures: Captures;
beforeAll(async () => {
  captures = await Captures.open();
});
afterAll(() => captures.close());

/** What each output is read as: label and score of the baseline. */
async function answers(outputs: readonly Body[], options: Partial<ReadOptions> = {}, fields = {}) {
  const path = captures.freshPath('v1');
  captures.logs.writeRecords(
    path,
    outputs.map((output, index) => captured(`e${index}`, csv(String(index)), output)),
  );
  await captures.logs.read({
    files: [path],
    ...importOptions('sagemaker-capture', { ...unit, ...fields }, options),
  });
  const rows = await captures.logs.db.rows('SELECT baseline_label, baseline_score FROM requests ORDER BY id');
  return rows.map((row) => [row['baseline_label'], row['baseline_score']]);
}

const digits = { labels: { baseline: ['0', '1'], candidate: ['0', '1'] } };

describe('answers of CSV', () => {
  test('with a label and the probability of the second label are labels, also where some add up to 1', async () => {
    expect(await answers([csv('0,0.1'), csv('1,0.9'), csv('1,0.8'), csv('0,1.0e-3')], digits)).toEqual([
      ['0', 0.9],
      ['1', 0.9],
      ['1', 0.8],
      ['0', 0.999],
    ]);
  });

  test('with a label and its own probability, before or behind it', async () => {
    expect(await answers([csv('refund,0.93'), csv('other,0.7')])).toEqual([
      ['refund', 0.93],
      ['other', 0.7],
    ]);
    expect(await answers([csv('0.93,refund'), csv('0.7,other')])).toEqual([
      ['refund', 0.93],
      ['other', 0.7],
    ]);
  });

  test('that are distributions throughout are scores', async () => {
    expect(await answers([csv('0.1,0.9'), csv('1,0')], digits)).toEqual([
      ['1', 0.9],
      ['0', 1],
    ]);
  });

  test('that could be either are refused with both, and read as the plan says', async () => {
    const twofold = [csv('0,1.0'), csv('1,0.0')];
    await expect(answers(twofold, digits)).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringMatching(/answers of v1 can be read as "scores" .* or "label, probability"/u),
      hint: expect.stringContaining('answers: "scores" or "label, probability"'),
    });
    expect(await answers(twofold, { ...digits, answers: 'scores' })).toEqual([
      ['1', 1],
      ['0', 1],
    ]);
    expect(await answers(twofold, { ...digits, answers: 'label, positive probability' })).toEqual([
      ['0', 0],
      ['1', 0],
    ]);
  });

  test('of two kinds are mixed, and a plan that says which leaves the rest no prediction', async () => {
    const mixed = [csv('refund'), csv('0.2,0.8'), csv('other')];
    await expect(answers(mixed)).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('are mixed: of 3, 2 as "label"'),
    });
    expect((await answers(mixed, { answers: 'label' })).filter(([label]) => label === 'refund')).toHaveLength(1);
  });

  test('with a header row are read by its names, and the row is no request', async () => {
    const path = captures.freshPath('v1');
    const records = ['refund', 'other', 'refund'].map((label, index) =>
      captured(
        `e${index}`,
        csv(`amount,city\n${index},b\n1${index},c`),
        csv(`predicted_label,probability\n${label},0.9\n${label},0.8`),
      ),
    );
    captures.logs.writeRecords(path, records);
    const { totals } = await captures.logs.read({ files: [path], ...importOptions('sagemaker-capture', unit) });
    expect(totals.accepted).toBe(6);
    const rows = await captures.logs.db.rows('SELECT id, input, baseline_label FROM requests ORDER BY id');
    expect(rows.slice(0, 2)).toEqual([
      { id: 'e0#0', input: '{"amount":0,"city":"b"}', baseline_label: 'refund' },
      { id: 'e0#1', input: '{"amount":10,"city":"c"}', baseline_label: 'refund' },
    ]);
  });

  test('that say 1.10 keep it apart from 1.1', async () => {
    const labels = { labels: { baseline: ['1.1', '1.10'], candidate: ['1.1', '1.10'] } };
    expect(await answers([csv('1.10,0.9'), csv('1.1,0.8')], labels)).toEqual([
      ['1.10', 0.9],
      ['1.1', 0.8],
    ]);
  });
});

describe('answers that are objects', () => {
  test('list labels with scores as Hugging Face does, nested or not', async () => {
    const ranked = [
      { label: 'refund', score: 0.8 },
      { label: 'other', score: 0.2 },
    ];
    expect(await answers([json(ranked), json([ranked]), json([{ label: 'other', score: 0.6 }])])).toEqual([
      ['refund', 0.8],
      ['refund', 0.8],
      ['other', 0.6],
    ]);
  });

  test('with several outputs and no certain one are refused with all of them, and read where the plan names one', async () => {
    const outputs = [json({ first: 'refund', second: 'other', score: 0.9 })];
    await expect(answers(outputs)).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('first (such as "refund"), score (such as 0.9), second (such as "other")'),
      hint: expect.stringContaining('fields: { prediction: first }'),
    });
    expect(await answers(outputs, {}, { answer: 'second' })).toEqual([['other', null]]);
  });

  test('are refused where the plan names what none has, or a place inside of texts', async () => {
    await expect(answers([json({ first: 'refund' })], {}, { answer: 'label' })).rejects.toMatchObject({
      message: expect.stringContaining('have no label'),
      hint: 'they have first',
    });
    await expect(answers([csv('refund')], {}, { answer: 'label' })).rejects.toMatchObject({
      message: expect.stringContaining('have no fields inside'),
    });
  });

  test('a place in an array is its number', async () => {
    expect(await answers([json([7, 'refund', 'x']), json([7, 'other', 'y'])], {}, { answer: '1' })).toEqual([
      ['refund', null],
      ['other', null],
    ]);
  });
});

test('numbers that are neither labels nor probabilities are refused', async () => {
  await expect(answers([csv('-3.2'), csv('4.1')])).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('neither labels nor probabilities of other, refund'),
  });
});
