import { distance } from 'fastest-levenshtein';

/**
 * The candidate that a misspelt word most probably stands for.
 * @returns undefined when nothing is near: more than a third of the letters (and more than two of a short word) differ.
 */
export function closestTo(word: string, candidates: readonly string[]): string | undefined {
  const allowed = Math.max(2, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const letters = distance(word.toLowerCase(), candidate.toLowerCase());
    if (letters < bestDistance && letters <= allowed && letters < candidate.length) {
      best = candidate;
      bestDistance = letters;
    }
  }
  return best;
}

/** The hint for a word that is none of the choices: the nearest one if there is one, and all of them. */
export function didYouMean(word: string, choices: readonly string[]): string {
  const nearest = closestTo(word, choices);
  if (choices.length === 1) return `write ${choices.join('')}`;
  if (nearest === undefined) return `write one of ${choices.join(', ')}`;
  return `did you mean ${nearest}? (one of ${choices.join(', ')})`;
}

/** The hint for a word among so many choices that listing them helps only where none is near. */
export function writeOneOf(word: string, choices: readonly string[]): string {
  const nearest = closestTo(word, choices);
  return nearest === undefined ? `write one of ${choices.join(', ')}` : `did you mean ${nearest}?`;
}
