import { shortPlan } from './plan-text.ts';

/** The files that they name. */
export const scorerFiles = { 'score.py': 'a', 'score.mjs': 'b', 'score.mjsx': 'c', 'answer.schema.json': '{}' };

/** A plan whose one guardrail is on a score that is written so. */
function scoring(score: string, bound = 'maxDecrease'): string {
  return `${shortPlan.replace('accuracy, maxDecrease: 1pp', `score.x, ${bound}: 1%`)}scores: { x: ${score} }\n`;
}

const ranged = 'range: [1, 5], better: higher';
/** Plans that between them have a place for every key of scores, and for every metric of answers and of what they took. */
export const scored: readonly string[] = [
  scoring(`{ from: log, ${ranged}, judge: a, blind: false, truth: h, corrected: true }`),
  scoring('{ from: log, kind: pairwise, field: preference, range: [0, 1], better: higher }'),
  scoring(`{ command: [python3, score.py], ${ranged}, timeout: 1s, concurrency: 2, sample: 100 }`),
  scoring(`{ module: score.mjs, ${ranged} }`),
  scoring('{ use: contains, text: refund }'),
  scoring('{ use: refusal, pattern: ^I }', 'maxIncrease'),
  scoring('{ use: json_valid, schema: answer.schema.json }'),
  scoring('{ use: length, range: [0, 100], better: lower }', 'maxIncrease'),
  `${shortPlan.replace('accuracy, maxDecrease: 1pp', 'cost, maxIncrease: 1%')}prices: { baseline: { input: 1, output: 2 }, candidate: { input: 3, output: 4 } }\n`,
  `${shortPlan.replace('accuracy, maxDecrease: 1pp', 'cost, maxIncrease: 1%')}prices: { input: 1, output: 2 }\n`,
  ...['exact_match', 'rouge_l', 'bleu', 'ndcg@10', 'mrr', 'recall@10', 'precision@10', 'hit@10'].map((name) =>
    shortPlan.replace('accuracy, maxDecrease: 1pp', `${name}, maxDecrease: 1%`),
  ),
  ...['tokens.input', 'tokens.output', 'latency.first_token'].map((name) =>
    shortPlan.replace('accuracy, maxDecrease: 1pp', `${name}, maxIncrease: 1%`),
  ),
  shortPlan.replace('accuracy, maxDecrease: 1pp', 'tokens.per_second, maxDecrease: 1%'),
  ...['error_rate, maxIncrease: 1pp', 'rouge_l, maxDecrease: 1pp'].map(
    (guardrail) => `${shortPlan.replace('accuracy, maxDecrease: 1pp', guardrail)}replay: { repeats: 3 }\n`,
  ),
];
