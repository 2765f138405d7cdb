import type { ErrorKind, Outcome } from '../domain/outcome.ts';
import { countOf } from '../domain/format-number.ts';
import type { OutputSignature } from '../domain/registry.ts';
import { readFreeAnswer } from '../domain/scores/free-answer.ts';

/** How far a probability may leave [0, 1] by rounding and still be one. */
const probabilityTolerance = 1e-3;

/**
 * Reads a request's raw output as the signature says: the best of the labels' probabilities (or of logits, with the
 * softmax as score; or of the second label's probability and what is left of 1), or a regression's one number. The first
 * label wins a tie.
 */
export function readOutput(values: ArrayLike<number>, signature: OutputSignature): Outcome {
  const problem = problemOf(values, signature);
  if (problem !== undefined) return failure('bad-response', problem);
  if (signature.kind === 'regression') return numberOutcome(values[0]);
  if (signature.kind !== 'classification') return failure('bad-response', needsOwnDecode(signature));
  const { labels } = signature;
  const scores = scoresOf(values, signature);
  // Not of the scores: a softmax may round two logits to one number.
  const best = indexOfLargest(signature.activation === 'logits' ? values : scores);
  return labelOutcome(labels[best], scores[best] ?? Number.NaN, labels, scores);
}

/** Reads the answer of a model that names its label itself, with the scores of all labels where it gives them too. */
export function readLabelled(label: string, values: ArrayLike<number> | undefined, signature: Classification): Outcome {
  const { labels } = signature;
  const place = labels.indexOf(label);
  if (values === undefined || place === -1) return labelOutcome(label, undefined, labels);
  const problem = problemOf(values, signature);
  if (problem !== undefined) return failure('bad-response', problem);
  const scores = scoresOf(values, signature);
  return labelOutcome(label, scores[place], labels, scores);
}

/** Why tensors alone are not answers of a free kind: a clause. */
export function needsOwnDecode({ kind }: OutputSignature): string {
  return `numbers alone are not a ${kind}; export decode(output) from a preprocess.mjs beside the model`;
}

type Classification = OutputSignature & { readonly kind: 'classification' };

/** How many numbers a model gives a request. */
export function outputWidth({ activation, labels }: Classification): number {
  return activation === 'sigmoid' ? 1 : labels.length;
}

/** What to write where a model gives one number and has two labels; undefined elsewhere. */
export function singleScoreHint({ labels }: Classification): string | undefined {
  if (labels.length !== 2) return undefined;
  return `if it is the probability of ${labels[1] ?? ''}, write "activation": "sigmoid" in signature.output; otherwise add a preprocess.mjs that exports decode(output)`;
}

/** A score for each label. */
function scoresOf(values: ArrayLike<number>, { activation }: Classification): ArrayLike<number> {
  if (activation === 'logits') return softmax(values, indexOfLargest(values));
  if (activation !== 'sigmoid') return values;
  const [second = Number.NaN] = Array.from(values);
  return [1 - second, second];
}

/** Why raw numbers cannot be what the signature describes. */
function problemOf(values: ArrayLike<number>, signature: OutputSignature): string | undefined {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (typeof value !== 'number' || !Number.isFinite(value)) return `output ${index} is ${String(value)}`;
  }
  if (signature.kind === 'regression') {
    return values.length === 1 ? undefined : `${values.length} outputs, but a regression has 1`;
  }
  if (signature.kind !== 'classification') return undefined;
  const wanted = outputWidth(signature);
  if (values.length === wanted) return undefined;
  if (signature.activation === 'sigmoid') return `${values.length} outputs, but a sigmoid has 1`;
  const hint = values.length === 1 ? singleScoreHint(signature) : undefined;
  const outputs = `${countOf(values.length, 'output')} for ${countOf(signature.labels.length, 'label')}`;
  return hint === undefined ? outputs : `${outputs}; ${hint}`;
}

/**
 * Reads what an artifact's own `decode` returned: a label, a number, `{label, score}` or `{scores: {LABEL: p}}`; of a free kind what
 * `readFreeAnswer` reads.
 */
export function readDecoded(decoded: unknown, signature: OutputSignature): Outcome {
  if (signature.kind === 'regression') return numberOutcome(decoded);
  if (signature.kind !== 'classification') {
    const answer = readFreeAnswer(signature.kind, decoded);
    if ('problem' in answer) return failure('bad-response', answer.problem);
    return { ok: true, prediction: { kind: 'free', text: answer.text } };
  }
  if (typeof decoded === 'string') return labelOutcome(decoded, undefined, signature.labels);
  if (typeof decoded !== 'object' || decoded === null) return notAPrediction(decoded);
  if ('label' in decoded) {
    return labelOutcome(decoded.label, 'score' in decoded ? decoded.score : undefined, signature.labels);
  }
  if ('scores' in decoded && typeof decoded.scores === 'object' && decoded.scores !== null) {
    const scores: [string, unknown][] = Object.entries(decoded.scores);
    const values = scores.map(([, score]) => (typeof score === 'number' ? score : Number.NaN));
    if (values.some((score) => !Number.isFinite(score))) return failure('bad-response', 'a score is not a number');
    const best = scores[indexOfLargest(values)];
    if (best === undefined) return notAPrediction(decoded);
    const scoreOf = new Map(scores.map(([label], index) => [label, values[index] ?? Number.NaN]));
    const absent = signature.labels.filter((label) => !scoreOf.has(label));
    const rest = 1 - values.reduce((sum, score) => sum + score, 0);
    if (absent.length > 0 && rest > Number(best[1]) + probabilityTolerance) {
      return failure('bad-response', `the scores lack ${absent.join(', ')}, which may have the highest`);
    }
    const inOrder = signature.labels.map((label) => scoreOf.get(label) ?? Number.NaN);
    return labelOutcome(best[0], best[1], signature.labels, inOrder);
  }
  return notAPrediction(decoded);
}

/** A request without a usable answer. */
export function failure(error: ErrorKind, detail: string): Outcome {
  return { ok: false, error, detail };
}

/**
 * Says which label a number names: the one with its text, else the only one that is that number (`1.0` is 1), or the one at that
 * place where no label is a number. Elsewhere a text that no label is.
 */
export function labelNamer(labels: readonly string[]): (value: number) => string {
  const numeric = labels.filter(isNumberText);
  const named = new Map<number, string | undefined>();
  for (const label of numeric) named.set(Number(label), named.has(Number(label)) ? undefined : label);
  return (value) => {
    if (numeric.length === 0) return labels[value] ?? String(value);
    // JSON's numbers are doubles here, which cannot tell such labels apart.
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) return `${value}, a whole number beyond 2^53`;
    return labels.includes(String(value)) ? String(value) : (named.get(value) ?? String(value));
  };
}

/** Whether a label is a number's text. */
export function isNumberText(label: string): boolean {
  return label.trim() !== '' && Number.isFinite(Number(label));
}

function labelOutcome(label: unknown, score: unknown, labels: readonly string[], scores?: ArrayLike<number>): Outcome {
  if (typeof label !== 'string') return notAPrediction(label);
  if (!labels.includes(label)) {
    return failure('bad-label', `label ${JSON.stringify(label)} is not in the version's signature`);
  }
  if (score === undefined) return { ok: true, prediction: { kind: 'label', label } };
  if (typeof score !== 'number' || !(Math.abs(score - 0.5) <= 0.5 + probabilityTolerance)) {
    return failure('bad-response', `score ${describe(score)} is not in [0, 1]; is the output's activation "logits"?`);
  }
  const kept = Math.min(1, Math.max(0, score));
  if (scores === undefined) return { ok: true, prediction: { kind: 'label', label, score: kept } };
  return { ok: true, prediction: { kind: 'label', label, score: kept, scores } };
}

function numberOutcome(value: unknown): Outcome {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return failure('bad-response', `the prediction ${describe(value)} is not a finite number`);
  }
  return { ok: true, prediction: { kind: 'number', value } };
}

function notAPrediction(value: unknown): Outcome {
  return failure('bad-response', `${describe(value)} is not a prediction`);
}

function describe(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'string') return String(value);
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}

/** Index of the largest value, the first of equals. */
function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index += 1) {
    if ((values[index] ?? -Infinity) > (values[best] ?? -Infinity)) best = index;
  }
  return best;
}

/** The softmax, with the largest logit taken off first so that nothing overflows. */
function softmax(logits: ArrayLike<number>, largest: number): Float64Array {
  const max = logits[largest] ?? 0;
  const powers = new Float64Array(logits.length);
  let sum = 0;
  for (let index = 0; index < logits.length; index += 1) {
    powers[index] = Math.exp((logits[index] ?? 0) - max);
    sum += powers[index] ?? 0;
  }
  return powers.map((power) => power / sum);
}

/**
 * An answer in the labels that it is compared in. A label without a counterpart is a `bad-label`: a client that speaks the
 * other labels could do nothing with it. Scores of labels that mean the same add up.
 *
 * @param output whose `translation` says how; without one the outcome stays as it is
 */
export function translate(outcome: Outcome, output: OutputSignature): Outcome {
  if (output.kind !== 'classification' || output.translation === undefined) return outcome;
  if (!outcome.ok || outcome.prediction.kind !== 'label') return outcome;
  const { own, to } = output.translation;
  const { prediction, ...rest } = outcome;
  const label = Object.hasOwn(to, prediction.label) ? to[prediction.label] : undefined;
  if (label === undefined) {
    return failure('bad-label', `label ${JSON.stringify(prediction.label)} has no counterpart in compat.labels`);
  }
  if (prediction.scores === undefined) return { ...rest, prediction: { ...prediction, label } };
  const scores = new Float64Array(output.labels.length);
  for (const [index, name] of own.entries()) {
    const place = output.labels.indexOf(to[name] ?? '');
    if (place !== -1) scores[place] = (scores[place] ?? 0) + (prediction.scores[index] ?? Number.NaN);
  }
  return { ...rest, prediction: { ...prediction, label, scores } };
}
