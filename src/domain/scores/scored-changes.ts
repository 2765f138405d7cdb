import type { Role } from '../role.ts';

/** How scores of the same requests changed from the baseline to the candidate, and whose answers got most worse. */
export interface ScoredChanges {
  /** The scores that guardrails are on, in their order. */
  readonly scores: readonly ScoreShape[];
  /** The requests whose answers got most worse, by their worst score as a part of its range; at most 20. */
  readonly examples: readonly ScoredExample[];
  /** How many requests have a score that got worse. */
  readonly worse: number;
}

/** How the scores of each version spread over the range. */
export interface ScoreShape {
  readonly name: string;
  readonly range: readonly [least: number, largest: number];
  readonly better: 'higher' | 'lower';
  /** Answers of each version with a score. */
  readonly answers: Readonly<Record<Role, number>>;
  /** Ten parts of the range of one width, from the least score up; the last holds the largest score too. */
  readonly bins: readonly ScoreBin[];
}

/** Answers of each version whose score is in a part of the range. */
export interface ScoreBin {
  readonly from: number;
  readonly baseline: number;
  readonly candidate: number;
}

/** A request whose answer got worse. */
export interface ScoredExample {
  readonly id: string;
  /** What each scorer said of either answer. */
  readonly scores: readonly ScorePair[];
  readonly answers: Readonly<Record<Role, ShownAnswer>>;
}

/** Null where an answer has no score. */
export interface ScorePair {
  readonly name: string;
  readonly baseline: number | null;
  readonly candidate: number | null;
}

/** An answer to be read. */
export interface ShownAnswer {
  /** At most its first 600 characters; of a version that did not answer the kind of its error. */
  readonly text: string;
  /** Whether there is more of it. */
  readonly cut?: true;
  /** Whether it is an error. */
  readonly failed?: true;
}
