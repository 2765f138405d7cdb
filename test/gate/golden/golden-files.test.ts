import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/gate/evaluate/evaluate.ts';
import { promote } from '../../../src/gate/act/promote.ts';
import { reviewPlan } from '../../../src/gate/review/review-plan.ts';
import { worldAt } from '../world-at.ts';
import { type GoldenRollout, goldenRollout, linesOf } from './golden-rollout.ts';

function golden(id: string, label: string) {
  return { request_id: id, input: `say ${label}`, label };
}

function recorded(id: string, prediction: string, label: string) {
  return { ...golden(id, label), outcomes: { '1.1.0': { prediction } } };
}

describe('promote', () => {
  const right = [recorded('g1', 'a', 'a')];

  test('acts on evidence whose golden requests are the same', async () => {
    const folder = goldenRollout({ golden: right });
    await evaluate(worldAt(folder), 'plan.yaml', {});
    expect(await promote(worldAt(folder), 'plan.yaml', {})).toMatchObject({ verdict: 'increase', action: 'enter' });
  });

  test.each([
    ['changed', linesOf(right).replace('"g1"', '"g2"')],
    ['grew', linesOf([...right, recorded('g2', 'b', 'a')])],
  ])('refuses evidence when the golden file %s', async (_, text) => {
    const folder = goldenRollout({ golden: right });
    await evaluate(worldAt(folder), 'plan.yaml', {});
    writeFileSync(join(folder, 'golden.jsonl'), text);
    await expect(promote(worldAt(folder), 'plan.yaml', {})).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('the golden requests in golden.jsonl have changed since'),
    });
  });

  test('refuses evidence when a pattern finds a golden file more', async () => {
    const folder = goldenRollout({ golden: right, more: "golden: 'golden*.jsonl'" });
    await evaluate(worldAt(folder), 'plan.yaml', {});
    writeFileSync(join(folder, 'golden-2.jsonl'), linesOf([recorded('g2', 'a', 'a')]));
    await expect(promote(worldAt(folder), 'plan.yaml', {})).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('the golden requests in golden-2.jsonl'),
    });
  });
});

describe('plan', () => {
  test('counts the golden requests, and those that nothing can answer', async () => {
    const more = 'golden: [golden.jsonl, more.jsonl]';
    const folder = goldenRollout({ golden: [recorded('g1', 'a', 'a')], more });
    writeFileSync(join(folder, 'more.jsonl'), linesOf([golden('g2', 'a')]));
    const { review } = await reviewPlan(worldAt(folder), 'plan.yaml');
    expect(review.golden).toEqual({ files: 2, requests: 2, unanswerable: 1 });
  });

  test('says nothing of them where the plan names none', async () => {
    const folder = goldenRollout({ more: '' });
    const { review } = await reviewPlan(worldAt(folder), 'plan.yaml');
    expect(review).not.toHaveProperty('golden');
    const { evidence } = await evaluate(worldAt(folder), 'plan.yaml', {});
    expect(evidence.inputs).not.toHaveProperty('golden');
    expect(evidence.checks.map(({ name }) => name)).not.toContain('golden');
  });
});

describe('a golden file that cannot be used has no verdict', () => {
  const wrong: [why: string, rollout: GoldenRollout, told: string][] = [
    ['is not there', { more: 'golden: goldn.jsonl', golden: [] }, 'golden: no file matches goldn.jsonl'],
    ['is empty', { golden: [] }, 'golden.jsonl: the log is empty'],
    ['has blank lines alone', { golden: ['', ''] }, 'golden.jsonl has no golden request'],
    ['is a CSV', { more: 'golden: golden.csv' }, 'golden.csv is not a file of golden requests'],
    ['has a line that is no JSON', { golden: ['{"request_id"'] }, '1 line is wrong'],
    ['has an id twice', { golden: [recorded('g1', 'a', 'a'), recorded('g1', 'b', 'b')] }, '1 line is wrong'],
    ['has a right answer that is not a label', { golden: [recorded('g1', 'a', 'A')] }, '1 line is wrong'],
  ];

  test.each(wrong)('because it %s', async (_, rollout, told) => {
    const folder = goldenRollout(rollout);
    writeFileSync(join(folder, 'golden.csv'), 'request_id,input,label\n');
    for (const command of [reviewPlan, evaluate]) {
      await expect(command(worldAt(folder), 'plan.yaml', {})).rejects.toMatchObject({
        exitCode: 5,
        message: expect.stringContaining(told),
      });
    }
  });

  test('with the places of both where an id is there twice, also in another file', async () => {
    const folder = goldenRollout({ golden: [recorded('g1', 'a', 'a')], more: 'golden: [golden.jsonl, more.jsonl]' });
    writeFileSync(join(folder, 'more.jsonl'), linesOf(['', recorded('g1', 'a', 'a')]));
    await expect(reviewPlan(worldAt(folder), 'plan.yaml')).rejects.toMatchObject({
      diagnostics: [{ file: 'more.jsonl', line: 2, message: 'the id "g1" is also that of golden.jsonl:1' }],
    });
  });

  test('with the first twenty of many wrong lines', async () => {
    const folder = goldenRollout({ golden: Array.from({ length: 25 }, () => 'no JSON') });
    await expect(reviewPlan(worldAt(folder), 'plan.yaml')).rejects.toMatchObject({
      message: 'The golden requests cannot be used: 25 lines are wrong',
      diagnostics: expect.objectContaining({ length: 20 }),
      hint: expect.stringContaining('5 more'),
    });
  });
});
