/** What is known of a score beside its mean. */
export interface ScoreFacts {
  readonly name: string;
  readonly baseline: ScoredAnswers;
  readonly candidate: ScoredAnswers;
  /** False where whoever judged was told which version is new. */
  readonly blind?: false;
  readonly shownFirst?: ShownFirst;
  readonly agreement?: JudgeAgreement;
  /** Of requests that were asked several times. */
  readonly spread?: RepeatSpread;
}

/** How much a score varies, as standard deviations over both versions. */
export interface RepeatSpread {
  readonly repeats: number;
  /** From one asking of a request to another. */
  readonly within: number;
  /** From the mean of one request to that of another. */
  readonly between: number;
}

/** A version's answers that were to be scored, and how many have no score, or one that is not a number of the range. */
export interface ScoredAnswers {
  readonly answers: number;
  readonly missing: number;
  readonly rejected: number;
}

/** How often the answer that was shown first was preferred, where a log says which was; the rest are ties. */
export interface ShownFirst {
  readonly told: number;
  readonly wins: number;
  readonly losses: number;
}

/** How a judge goes with people, over the answers that both scored. */
export interface JudgeAgreement {
  readonly answers: number;
  /** How much higher the judge scores on average. */
  readonly above: number;
  /** Pearson's; null where one of the two never changes. */
  readonly correlation: number | null;
}
