import { expect, test } from 'vitest';
import { inLabelsOf } from '../../src/domain/label-map.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { ModelVersion } from '../../src/domain/registry.ts';
import { translate } from '../../src/models/decode.ts';
import { hostProgram, nodeProgram } from './fixtures/programs.ts';

function versionOf(labels: readonly string[], compat?: Record<string, string>): ModelVersion {
  return {
    status: 'registered',
    artifact: { runtime: 'recorded' },
    signature: { output: { kind: 'classification', labels } },
    ...(compat === undefined ? {} : { compat: { labels: compat } }),
  };
}

const candidate = versionOf(['late', 'open', 'other', 'spam'], { late: 'refund', open: 'refund' });
const { output } = inLabelsOf(versionOf(['other', 'refund']), candidate).signature;

function answer(label: string, scores?: readonly number[]): Outcome {
  return { ok: true, prediction: { kind: 'label', label, score: 0.5, ...(scores === undefined ? {} : { scores }) } };
}

test('a mapped label gets its counterpart, and one that both have stays', () => {
  expect(translate(answer('late'), output)).toEqual(answer('refund'));
  expect(translate(answer('other'), output)).toEqual(answer('other'));
});

test('an unmapped label is a bad-label', () => {
  const detail = 'label "spam" has no counterpart in compat.labels';
  expect(translate(answer('spam'), output)).toEqual({ ok: false, error: 'bad-label', detail });
});

test('scores of labels that mean the same add up', () => {
  const translated = translate(answer('open', [0.25, 0.5, 0.125, 0.125]), output);
  expect(translated).toMatchObject({ ok: true, prediction: { label: 'refund', scores: Float64Array.of(0.125, 0.75) } });
});

test('errors and numbers stay what they are', () => {
  const failed: Outcome = { ok: false, error: 'timeout', detail: 'late' };
  const number: Outcome = { ok: true, prediction: { kind: 'number', value: 3 } };
  expect([translate(failed, output), translate(number, output)]).toEqual([failed, number]);
});

test('a version without a label map is itself', () => {
  const plain = versionOf(['a', 'b']);
  expect(inLabelsOf(versionOf(['other', 'refund']), plain)).toBe(plain);
});

test('a version’s process answers in the labels that it is compared in', async () => {
  const signature = { ...nodeProgram().signature, output };
  const model = await hostProgram({ ...nodeProgram(), signature });
  const { labels, errors } = await model.predict(['"late"', '"other"', '"spam"', '"refund"']);
  expect(model.labels).toEqual(['other', 'refund']);
  expect([...labels]).toEqual([1, 0, -1, -1]);
  // The baseline's own word is not a label of this version.
  expect([...errors]).toEqual([0, 0, 5, 5]);
});
