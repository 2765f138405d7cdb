import { builtInScore, needsTruth, type Score } from './score.ts';

/** What is true of the metric that is a score's mean: a share where it lies from 0 to 1. */
export function scoreTraits(score: Score) {
  const [least, largest] = score.range;
  return {
    worse: score.better === 'higher' ? 'lower' : 'higher',
    unit: least === 0 && largest === 1 ? 'proportion' : 'number',
    range: largest - least,
    truth: needsTruth(score),
  } as const;
}

/** Reads the name of a metric of scores, or of what answering took: `score.helpful`, `ndcg@10`, `tokens.output`; undefined for others. */
export function parseScored(id: string) {
  if (id === 'cost') return { id, family: 'cost' } as const;
  if (id === 'latency.first_token') return { id, family: 'first_token' } as const;
  const tokens = (['input', 'output', 'per_second'] as const).find((each) => id === `tokens.${each}`);
  if (tokens !== undefined) return { id, family: 'tokens', tokens } as const;
  const name = /^score\.([\w-]+)$/u.exec(id)?.[1];
  if (name !== undefined) return { id, family: 'score', name } as const;
  const score = builtInScore(id);
  return score === undefined ? undefined : ({ id, family: 'score', name: id, score } as const);
}
