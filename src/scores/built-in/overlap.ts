import { bleuTokens, rougeWords } from './words.ts';

/** Longer texts than this many words are compared by their first words, since the comparison takes words times words. */
const mostWords = 4096;

/**
 * ROUGE-L: F1 of the longest common subsequence of words (Lin 2004, ROUGE: A Package for Automatic Evaluation of Summaries), in [0, 1]. As
 * rouge-score 0.1.2 without a stemmer; 0 where either text has no word.
 */
export function rougeL(answer: string, truth: string): number {
  const [words, wanted] = [rougeWords(answer).slice(0, mostWords), rougeWords(truth).slice(0, mostWords)];
  const common = longestCommonSubsequence(words, wanted);
  if (common === 0) return 0;
  const [precision, recall] = [common / words.length, common / wanted.length];
  return (2 * precision * recall) / (precision + recall);
}

function longestCommonSubsequence(left: readonly string[], right: readonly string[]): number {
  let above = new Uint16Array(right.length + 1);
  for (const word of left) {
    const row = new Uint16Array(right.length + 1);
    for (const [place, other] of right.entries()) {
      row[place + 1] = word === other ? (above[place] ?? 0) + 1 : Math.max(above[place + 1] ?? 0, row[place] ?? 0);
    }
    above = row;
  }
  return above.at(-1) ?? 0;
}

const longestGram = 4;

/**
 * BLEU of one answer against one truth (Papineni et al. 2002), in [0, 1]: as sacreBLEU's `sentence_bleu` divided by 100, with `13a` tokens,
 * exponential smoothing and as many orders of n-grams as the answer has.
 */
export function bleu(answer: string, truth: string): number {
  const [tokens, wanted] = [bleuTokens(answer), bleuTokens(truth)];
  const orders = Math.min(longestGram, tokens.length);
  if (orders === 0) return 0;
  let smoothing = 1;
  let logs = 0;
  let anyRight = false;
  for (let order = 1; order <= orders; order += 1) {
    const right = clippedMatches(grams(tokens, order), grams(wanted, order));
    anyRight ||= right > 0;
    if (right === 0) smoothing *= 2;
    const total = tokens.length - order + 1;
    logs += Math.log(right === 0 ? 1 / (smoothing * total) : right / total);
  }
  if (!anyRight) return 0;
  const brevity = tokens.length < wanted.length ? Math.exp(1 - wanted.length / tokens.length) : 1;
  return Math.min(1, brevity * Math.exp(logs / orders));
}

function grams(tokens: readonly string[], order: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + order <= tokens.length; start += 1) {
    const gram = tokens.slice(start, start + order).join(' ');
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

function clippedMatches(answered: ReadonlyMap<string, number>, wanted: ReadonlyMap<string, number>): number {
  return [...answered].reduce((sum, [gram, count]) => sum + Math.min(count, wanted.get(gram) ?? 0), 0);
}
