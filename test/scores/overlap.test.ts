import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { bleu, rougeL } from '../../src/scores/built-in/overlap.ts';
import { rankingScore, readRelevant } from '../../src/scores/built-in/ranked.ts';

interface Vectors {
  readonly source: string;
  readonly pairs: readonly {
    readonly answer: string;
    readonly truth: string;
    readonly rouge_l: number;
    readonly bleu: number;
  }[];
}

const vectors: Vectors = JSON.parse(readFileSync(new URL('overlap-vectors.json', import.meta.url), 'utf8'));

describe(`words in common are counted as by ${vectors.source}`, () => {
  test.each(vectors.pairs)('$answer | $truth', (pair) => {
    expect(rougeL(pair.answer, pair.truth)).toBeCloseTo(pair.rouge_l, 12);
    expect(bleu(pair.answer, pair.truth)).toBeCloseTo(pair.bleu, 12);
  });
});

it('words of other alphabets are words too', () => {
  expect(rougeL('Größe prüfen', 'größe PRÜFEN')).toBe(1);
});

describe('a ranking', () => {
  const relevant = readRelevant({ relevant: { a: 3, b: 2, c: 0 } }) ?? new Map<string, number>();

  it('is scored by gains, places and the best that was possible', () => {
    const ids = ['x', 'b', 'a'];
    const best = 3 + 2 / Math.log2(3);
    expect(rankingScore({ use: 'ndcg', depth: 10 }, ids, relevant)).toBeCloseTo((2 / Math.log2(3) + 3 / 2) / best, 12);
    expect(rankingScore({ use: 'mrr' }, ids, relevant)).toBe(0.5);
    expect(rankingScore({ use: 'recall', depth: 2 }, ids, relevant)).toBe(0.5);
    expect(rankingScore({ use: 'precision', depth: 10 }, ids, relevant)).toBe(0.2);
    expect(rankingScore({ use: 'hit', depth: 1 }, ids, relevant)).toBe(0);
    expect(rankingScore({ use: 'ndcg', depth: 10 }, ['a', 'b'], relevant)).toBe(1);
  });

  it('has no score where nothing is relevant, or a gain is not a number', () => {
    for (const label of [
      { relevant: {} },
      { relevant: { a: 0 } },
      { relevant: { a: 'x' } },
      { relevant: { a: -1 } },
      [],
    ]) {
      expect(readRelevant(label)).toBeUndefined();
    }
    expect(readRelevant('a')).toEqual(new Map([['a', 1]]));
  });
});
