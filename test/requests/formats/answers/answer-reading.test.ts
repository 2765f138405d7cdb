import { describe, expect, test } from 'vitest';
import {
  certainKey,
  decideForm,
  type FormFacts,
  type FormFit,
  type KeyFacts,
  type ToldForm,
} from '../../../../src/requests/formats/answers/answer-reading.ts';

const none: FormFit = { count: 0, example: undefined };

function facts(fits: Partial<Record<ToldForm, number | FormFit>>, more: Partial<FormFacts> = {}): FormFacts {
  const fit = (form: ToldForm): FormFit => {
    const written = fits[form];
    return typeof written === 'number' ? { count: written, example: 'x' } : (written ?? none);
  };
  return {
    answers: 10,
    readable: 10,
    exactLabels: 0,
    strangers: 0,
    strange: undefined,
    fits: {
      label: fit('label'),
      probability: fit('probability'),
      scores: fit('scores'),
      'label, probability': fit('label, probability'),
      'probability, label': fit('probability, label'),
    },
    ...more,
  };
}

const key = (name: string, more: Partial<KeyFacts>): KeyFacts => ({
  key: name,
  count: 10,
  textLabels: 0,
  numbers: 0,
  labels: 0,
  scores: 0,
  example: undefined,
  ...more,
});

const binary = ['0', '1'];

describe('what answers are made of', () => {
  test('is the one form that fits all of them, whatever else fits some', () => {
    expect(decideForm(facts({ scores: 4, 'label, probability': 10 }), binary, undefined)).toMatchObject({
      form: 'label, probability',
    });
    expect(decideForm(facts({ scores: 10, 'label, probability': 3 }), binary, undefined)).toMatchObject({
      form: 'scores',
    });
  });

  test('is asked for where several fit all, or none does', () => {
    expect(decideForm(facts({ scores: 10, 'label, probability': 10 }), binary, undefined)).toEqual({
      problem: 'several',
      forms: ['scores', 'label, probability'],
    });
    expect(decideForm(facts({ label: 3, scores: 7 }), binary, undefined)).toEqual({
      problem: 'mixed',
      forms: ['label', 'scores'],
    });
    expect(decideForm(facts({}, { readable: 0 }), binary, undefined)).toMatchObject({ problem: 'nothing' });
  });

  test('is a label where numbers are labels letter by letter, and asked for where 1.0 is label 1 or certainty of label 2', () => {
    const both = { label: 10, probability: 10 };
    expect(decideForm(facts(both, { exactLabels: 10 }), ['1', '0'], undefined)).toMatchObject({ form: 'label' });
    expect(decideForm(facts(both), ['0', '1'], undefined)).toMatchObject({ form: 'label' });
    expect(decideForm(facts(both), ['1', '2'], undefined)).toMatchObject({ problem: 'several' });
  });

  test('is what the plan says, unless no answer is', () => {
    const twofold = facts({ scores: 10, 'label, probability': 10 });
    expect(decideForm(twofold, binary, 'label, positive probability')).toEqual({
      form: 'label, positive probability',
      whose: 'positive',
    });
    expect(decideForm(twofold, binary, 'probability')).toMatchObject({ problem: 'refused' });
  });
});

const pair = (least: number, greatestOfFirst: number, leastOfSecond: number) =>
  decideForm(
    facts({ 'label, probability': { count: 10, example: 'x', least, greatestOfFirst, leastOfSecond } }),
    binary,
    undefined,
  );

describe('whose the probability beside a label is', () => {
  test.each([
    ['never below one half: the label’s', 0.5, 0.9, 0.6, 'label'],
    ['low beside the first label: the second label’s', 0.1, 0.4, 0.6, 'positive'],
    ['low beside either: nobody can tell, and it is not read', 0.1, 0.9, 0.2, 'unknown'],
  ])('%s', (_, least, first, second, whose) => {
    expect(pair(least, first, second)).toEqual({ form: 'label, probability', whose });
  });
});

describe('of several outputs', () => {
  const score = key('score', { numbers: 10 });

  test('the prediction is the one that holds labels, or the only distribution', () => {
    expect(certainKey([score, key('label', { textLabels: 10, labels: 10 })], 10, true)).toBe('label');
    expect(certainKey([score, key('p', { scores: 10 })], 10, true)).toBe('p');
  });

  test('none is certain where two hold labels, where numbers may be labels, or where some answers lack it', () => {
    const label = key('label', { textLabels: 10, labels: 10 });
    expect(certainKey([label, key('second', { textLabels: 10, labels: 10 })], 10, true)).toBeUndefined();
    expect(certainKey([key('class', { numbers: 10, labels: 10 }), key('p', { scores: 10 })], 10, true)).toBeUndefined();
    expect(certainKey([score, key('label', { textLabels: 9, labels: 9 })], 10, true)).toBeUndefined();
  });

  test('of a regression it is the only number', () => {
    expect(certainKey([score, key('unit', {})], 10, false)).toBe('score');
    expect(certainKey([score, key('low', { numbers: 10 })], 10, false)).toBeUndefined();
  });
});
