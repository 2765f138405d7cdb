/** A number per answer whose range is known: what it is, and where it comes from. */
export interface Score {
  /** As the plan calls it, or a built-in score's own name. */
  readonly name: string;
  readonly source: ScoreSource;
  /** The least and the largest value that it can have. A value outside is rejected. */
  readonly range: readonly [least: number, largest: number];
  readonly better: 'higher' | 'lower';
  /** Who judged, in the plan's words: another text is another score. */
  readonly judge?: string;
  /** False where whoever judged was told which version is new. */
  readonly blind?: false;
  /** The score in the log that people gave to a part of the answers. */
  readonly truth?: string;
  /** Whether what the judge is off by, where people scored too, is taken out of it. */
  readonly corrected?: true;
  /** How often each version is asked each request, over which the score is a mean; once where absent. */
  readonly repeats?: number;
}

export type ScoreSource =
  | { readonly kind: 'log' }
  /** Which of the two answers was preferred, by a field of the record with a share of 1 for each version. */
  | { readonly kind: 'pairwise'; readonly field: string }
  | BuiltInScore
  | ScorerSource;

/** A program, or a module of ours, that scores answers without being told whose they are. */
export interface ScorerSource {
  readonly kind: 'command' | 'module';
  /** The program and its arguments, or the module alone; run in the plan's folder. */
  readonly command: readonly string[];
  /** sha256 (hex) of the files that the command names, so that another text is another score. */
  readonly files: Readonly<Record<string, string>>;
  /** How long one answer may take, in ms. */
  readonly timeoutMs: number;
  /** How many processes work at once. */
  readonly concurrency: number;
  /** How many requests are scored, drawn by the plan's seed; all where absent. */
  readonly sample?: number;
}

/** What is computed from an answer, and for some from the truth, without a model. */
export interface BuiltInScore {
  readonly kind: 'built-in';
  readonly use: BuiltInName;
  /** Of the scores of a ranking, how many of its first ids count. */
  readonly depth?: number;
  /** Of `contains`, the text to look for instead of the label; of `refusal`, the regular expression. */
  readonly text?: string;
  /** Of `json_valid`, the JSON Schema that the answer has to meet. */
  readonly schema?: unknown;
}

/** What each built-in score asks of an answer and of the truth. */
const builtIns = {
  exact_match: { of: 'text', truth: true },
  contains: { of: 'text', truth: true },
  rouge_l: { of: 'text', truth: true },
  bleu: { of: 'text', truth: true },
  json_valid: { of: 'text', truth: false },
  length: { of: 'text', truth: false },
  refusal: { of: 'text', truth: false },
  ndcg: { of: 'ranking', truth: true },
  mrr: { of: 'ranking', truth: true },
  recall: { of: 'ranking', truth: true },
  precision: { of: 'ranking', truth: true },
  hit: { of: 'ranking', truth: true },
} as const satisfies Readonly<Record<string, { readonly of: 'text' | 'ranking'; readonly truth: boolean }>>;

export type BuiltInName = keyof typeof builtIns;

/** Those that a plan may `use`, in the order in which messages list them. */
export const usableScores = ['exact_match', 'contains', 'rouge_l', 'bleu', 'json_valid', 'length', 'refusal'] as const;

/** Those that say everything by their name, so that a guardrail may name them. */
export const builtInNames = [
  'exact_match',
  'contains',
  'rouge_l',
  'bleu',
  'json_valid',
  'ndcg@10',
  'mrr',
  'recall@10',
  'precision@10',
  'hit@10',
] as const;

/** The built-in score of a name such as `rouge_l` or `ndcg@10`; undefined where there is none. */
export function builtInScore(name: string): Score | undefined {
  const [, use, depth] = /^(ndcg|recall|precision|hit)@([1-9]\d{0,3})$/u.exec(name) ?? [];
  const share = { range: [0, 1], better: 'higher' } as const;
  if (use !== undefined && isBuiltIn(use))
    return { name, source: { kind: 'built-in', use, depth: Number(depth) }, ...share };
  if (!isBuiltIn(name) || !builtInNames.some((known) => known === name)) return undefined;
  return { name, source: { kind: 'built-in', use: name }, ...share };
}

/** Whether a score compares an answer with the truth. */
export function needsTruth({ source }: Score): boolean {
  return source.kind === 'built-in' && builtIns[source.use].truth && source.text === undefined;
}

/** What a score's answers have to be; undefined where any will do. */
export function answersScored({ source }: Score): 'text' | 'ranking' | undefined {
  return source.kind === 'built-in' ? builtIns[source.use].of : undefined;
}

/** Whether canary computes the score itself from answers, once both versions gave theirs. */
export function isComputed({ source }: Score): boolean {
  return source.kind !== 'log' && source.kind !== 'pairwise';
}

function isBuiltIn(name: string): name is BuiltInName {
  return Object.hasOwn(builtIns, name);
}
