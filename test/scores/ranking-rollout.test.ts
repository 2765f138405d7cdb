import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TestRollout } from '../fixtures/test-rollout.ts';

interface Question {
  readonly text: string;
  readonly intent: string;
}

/** Questions to a bank with their intents where the real ones are there, else a few of templates. */
function questions(): readonly Question[] {
  const file = join(process.env['CANARY_REAL_DATA'] ?? '', 'banking77', 'test.csv');
  if (process.env['CANARY_REAL_DATA'] === undefined || !existsSync(file)) return templated;
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  const all = lines.map((line) => {
    const comma = line.lastIndexOf(',');
    return { text: line.slice(0, comma).replaceAll('"', ''), intent: line.slice(comma + 1).trim() };
  });
  const [intents, kept] = [new Set<string>(), 6];
  for (const { intent } of all) if (intents.size < kept) intents.add(intent);
  return all.filter(({ intent }) => intents.has(intent));
}

const words: Readonly<Record<string, readonly string[]>> = {
  card: ['card', 'plastic', 'chip', 'delivery'],
  refund: ['refund', 'money', 'return', 'merchant'],
  limit: ['limit', 'transfer', 'daily', 'maximum'],
  fraud: ['stolen', 'fraud', 'unknown', 'charge'],
};
const templated: readonly Question[] = Object.entries(words).flatMap(([intent, own]) =>
  Array.from({ length: 40 }, (_, index) => ({
    text: `please help with my ${own[index % 4] ?? ''} ${own[(index + 1) % 4] ?? ''} case ${index % 7}`,
    intent,
  })),
);

type Weights = ReadonlyMap<string, number>;

/** Nearness by TF-IDF: texts as weights of their words, of length 1. */
class Retrieval {
  readonly #documents: readonly { readonly id: string; readonly weights: Weights }[];
  readonly #seen = new Map<string, number>();

  constructor(corpus: readonly Question[]) {
    for (const { text } of corpus) {
      for (const word of new Set(wordsOf(text))) this.#seen.set(word, (this.#seen.get(word) ?? 0) + 1);
    }
    this.#documents = corpus.map(({ text }, index) => ({
      id: `d${index}`,
      weights: this.#weights(text, corpus.length),
    }));
    this.#size = corpus.length;
  }
  readonly #size: number;

  best(text: string, not: string): readonly string[] {
    const asked = this.#weights(text, this.#size);
    return this.#documents
      .filter(({ id }) => id !== not)
      .map(({ id, weights }) => ({
        id,
        near: [...asked].reduce((sum, [word, weight]) => sum + weight * (weights.get(word) ?? 0), 0),
      }))
      .toSorted((left, right) => right.near - left.near)
      .slice(0, 10)
      .map(({ id }) => id);
  }

  #weights(text: string, size: number): Weights {
    const counts = new Map<string, number>();
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
    const weights = [...counts].map(
      ([word, count]) => [word, count * Math.log((1 + size) / (1 + (this.#seen.get(word) ?? 0)))] as const,
    );
    const length = Math.hypot(...weights.map(([, weight]) => weight)) || 1;
    return new Map(weights.map(([word, weight]) => [word, weight / length]));
  }
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[a-z]+/gu) ?? [];
}

it('a retrieval that is worse for one intent is rolled back for that segment by ndcg@10', async () => {
  const corpus = questions();
  const [worse = ''] = corpus.map(({ intent }) => intent).toSorted();
  const retrieval = new Retrieval(corpus);
  const ofIntent = (intent: string) =>
    Object.fromEntries(corpus.flatMap((each, index) => (each.intent === intent ? [[`d${index}`, 1]] : [])));
  const relevant = new Map(
    [...new Set(corpus.map(({ intent }) => intent))].map((intent) => [intent, ofIntent(intent)]),
  );
  const times = Math.ceil(1500 / corpus.length);
  const records = Array.from({ length: times * corpus.length }, (_, index) => {
    const place = index % corpus.length;
    const { text = '', intent = '' } = corpus[place] ?? {};
    const ranking = retrieval.best(text, `d${place}`);
    const lost = ranking.map((id, rank) => (rank < 9 ? `gone-${id}` : id));
    return {
      request_id: `r${index}`,
      timestamp: new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString(),
      user_id: `u${index}`,
      input: text,
      intent,
      label: { relevant: relevant.get(intent) },
      outcomes: {
        '1.0.0': { prediction: { ranking } },
        '1.1.0': { prediction: { ranking: intent === worse ? lost : ranking } },
      },
    };
  });
  const rollout = new TestRollout({
    plan: {
      requests: '{ source: log.jsonl, segments: { intent: intent } }',
      guardrails: [
        '{ metric: ndcg@10, maxDecrease: 20pp, segments: [intent] }',
        '{ metric: error_rate, maxIncrease: 20pp, onBreach: report }',
        '{ metric: agreement, min: 1%, onBreach: report }',
      ],
    },
    version: { signature: { output: { kind: 'ranking' } } },
    files: { 'log.jsonl': records },
  });
  const evidence = await rollout.evaluate();
  const breached = evidence.guardrails.filter(({ status }) => status === 'breach');
  expect(breached).toEqual(
    expect.arrayContaining([expect.objectContaining({ metric: 'ndcg@10', segment: { intent: worse } })]),
  );
  expect(evidence.guardrails.find(({ metric, segment }) => metric === 'ndcg@10' && segment === null)?.status).not.toBe(
    'breach',
  );
  expect(evidence.verdict.decision).toBe('rollback');
});

it('a ranking with an id twice is an error of its version', async () => {
  const records = Array.from({ length: 300 }, (_, index) => ({
    request_id: `r${index}`,
    timestamp: new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString(),
    user_id: `u${index}`,
    input: 'x',
    label: { relevant: { a: 1 } },
    outcomes: {
      '1.0.0': { prediction: ['a', 'b'] },
      '1.1.0': { prediction: index % 3 === 0 ? ['a', 'a'] : ['a', 'b'] },
    },
  }));
  const rollout = new TestRollout({
    plan: {
      guardrails: ['{ metric: mrr, maxDecrease: 5pp }', '{ metric: error_rate, maxIncrease: 20pp, onBreach: report }'],
    },
    version: { signature: { output: { kind: 'ranking' } } },
    files: { 'log.jsonl': records },
  });
  const evidence = await rollout.evaluate();
  expect(evidence.comparisons.find(({ metric }) => metric === 'error_rate')).toMatchObject({
    baseline: 0,
    candidate: expect.closeTo(1 / 3, 6),
  });
  expect(evidence.guardrails[0]).toMatchObject({ metric: 'mrr', status: 'breach' });
});
