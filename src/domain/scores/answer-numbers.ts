/**
 * The numbers that an answer may have beside what it says, each told once: metrics name the ones that they need in their traits, and reading a log,
 * asking a model, keeping, pooling, translating, judging and planting go through these two tables. Judged numbers are DOUBLE, NULL where nobody
 * knows. The order is that of columns, on which marks of records depend: a new number goes to the end of its table.
 */

/** A number that an answer tells beside its prediction, or that was measured of it. Of repeated askings it is the mean. */
export interface ToldNumber {
  /** The type of its column in stored outcomes. */
  readonly stored: 'DOUBLE';
  /** Where an answer holds it, or a record beside the prediction: canary's own place first, which is the only one in canary's own log. */
  readonly paths: readonly [own: readonly string[], ...others: (readonly string[])[]];
}

export const toldNumbers = {
  /** Tokens of what was asked, and of what was answered. */
  input_tokens: {
    stored: 'DOUBLE',
    paths: [
      ['usage', 'input_tokens'],
      ['usage', 'prompt_tokens'],
    ],
  },
  output_tokens: {
    stored: 'DOUBLE',
    paths: [
      ['usage', 'output_tokens'],
      ['usage', 'completion_tokens'],
    ],
  },
  /** From sending the request to the first token of its answer, in ms. */
  first_token_ms: { stored: 'DOUBLE', paths: [['first_token_ms']] },
} as const satisfies Readonly<Record<string, ToldNumber>>;

/** A number that follows from the scores of labels. Of repeated askings it is that of the first answer; a translation of labels loses it. */
export interface ScoredNumber {
  /** The type of its column in stored outcomes. */
  readonly stored: 'FLOAT' | 'DOUBLE';
  /** Whether it depends on the true label, with which it may come late. */
  readonly needsTruth: boolean;
  /** Of an answer to a replayed request; NaN where it is not known. */
  readonly ofRow: (answer: RowScores) => number;
  /** SQL of it, of a recorded answer, or of a replayed one of which `ofRow` knows nothing. */
  readonly ofSql: (answer: ScoresSql) => string;
  /** SQL of what it becomes where an answer is planted that is right for certain. */
  readonly ofRightAnswer: string;
}

/** The scores of a replayed answer. Labels are their places in the version's signature, from 0; -1 is none. */
export interface RowScores {
  /** How many labels have scores; 0 where none has. */
  readonly labels: number;
  /** The score of a label, NaN where there is none. */
  readonly scoreOf: (label: number) => number;
  /** The true label, and the positive one of two. */
  readonly truth: number;
  readonly positive: number;
}

/** The scores of an answer, as SQL. */
export interface ScoresSql {
  /** All of them, MAP(VARCHAR, DOUBLE); NULL where only that of the answer's own label is known. */
  readonly scores: string;
  /** The score of a label, from all or from the answer's own: of two labels each score tells the other's. */
  readonly scoreOf: (label: string) => string;
  /** The true label, and the positive one of two. */
  readonly truth: string;
  readonly positive: string;
}

export const scoredNumbers = {
  /** The score of the true label, in [0, 1]. */
  true_score: {
    stored: 'FLOAT',
    needsTruth: true,
    ofRow: ({ scoreOf, truth }) => scoreOf(truth),
    ofSql: ({ scoreOf, truth }) => scoreOf(truth),
    ofRightAnswer: '1::DOUBLE',
  },
  /** The score of the positive one of two labels, in [0, 1]. */
  positive_score: {
    stored: 'FLOAT',
    needsTruth: false,
    ofRow: ({ scoreOf, positive }) => scoreOf(positive),
    ofSql: ({ scoreOf, positive }) => scoreOf(positive),
    ofRightAnswer: 'is_positive::INTEGER::DOUBLE',
  },
} as const satisfies Readonly<Record<string, ScoredNumber>>;

export type ToldName = keyof typeof toldNumbers;
export type AnswerNumber = ToldName | keyof typeof scoredNumbers;

const told = Object.entries<ToldNumber>(toldNumbers);
const scored = Object.entries<ScoredNumber>(scoredNumbers);

/** All numbers that answers tell, or those of a list, with their names. */
export function toldIn(names?: readonly AnswerNumber[]): readonly (readonly [name: string, number: ToldNumber])[] {
  return chosen(told, names);
}

/** All numbers that follow from scores, or those of a list, with their names. */
export function scoredIn(names?: readonly AnswerNumber[]): readonly (readonly [name: string, number: ScoredNumber])[] {
  return chosen(scored, names);
}

function chosen<Facts>(all: readonly [string, Facts][], names?: readonly string[]): readonly [string, Facts][] {
  return names === undefined ? all : all.filter(([name]) => names.includes(name));
}

/** The columns of all numbers in stored outcomes, by name. */
export function storedNumbers(
  of: readonly (readonly [string, ToldNumber | ScoredNumber])[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(of.map(([name, { stored }]) => [name, stored]));
}
