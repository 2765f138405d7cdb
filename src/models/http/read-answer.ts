import type { AnswerPaths } from '../../domain/endpoint.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import { failure, labelsAreNumbers, readDecoded, readOutput } from '../decode.ts';
import { isObject, valueAt } from './paths.ts';

/**
 * Finds the prediction in a model's output: where the paths say, else by its shape. A text or a whole number of a
 * classification is its label, a list its labels' scores; a list of one is what it holds.
 *
 * @param output JSON, in which numbers may be NaN
 */
export function readAnswer(output: unknown, signature: OutputSignature, paths: AnswerPaths = {}): Outcome {
  const { label, score, scores, value } = paths;
  const absent = [label, score, scores, value].find(
    (path) => path !== undefined && valueAt(output, path) === undefined,
  );
  if (absent !== undefined) return failure('bad-response', `the answer has nothing at ${absent}: ${shown(output)}`);
  if (signature.kind === 'regression')
    return readValue(value === undefined ? output : valueAt(output, value), signature);
  if (scores !== undefined && label === undefined) return readValue(valueAt(output, scores), signature);
  if (label === undefined) return readValue(output, signature);
  const named = labelOf(single(valueAt(output, label)), signature.labels);
  if (scores !== undefined) return withScores(named, valueAt(output, scores), signature);
  return readDecoded(score === undefined ? named : { label: named, score: single(valueAt(output, score)) }, signature);
}

function readValue(output: unknown, signature: OutputSignature): Outcome {
  const value = single(output);
  if (isNumberList(value)) return readOutput(value, signature);
  const labels = signature.kind === 'classification' ? signature.labels : [];
  if (!isObject(value)) return readDecoded(labels.length === 0 ? value : labelOf(value, labels), signature);
  if ('label' in value || 'scores' in value) return readDecoded(value, signature);
  const names = Object.keys(value);
  if (names.length > 0 && names.every((name) => labels.includes(name)))
    return readDecoded({ scores: value }, signature);
  const [only] = names;
  if (names.length === 1 && only !== undefined) return readValue(value[only], signature);
  return failure(
    'bad-response',
    `the answer has several outputs (${names.join(', ')}); say in artifact.answer which to read`,
  );
}

/** The label as the version answered it, with the scores that came beside it. */
function withScores(label: unknown, scores: unknown, signature: OutputSignature): Outcome {
  const scored = readValue(scores, signature);
  if (!scored.ok || scored.prediction.kind !== 'label' || signature.kind !== 'classification') return scored;
  const index = typeof label === 'string' ? signature.labels.indexOf(label) : -1;
  const outcome = readDecoded(index < 0 ? label : { label, score: scored.prediction.scores?.[index] }, signature);
  if (!outcome.ok || outcome.prediction.kind !== 'label' || scored.prediction.scores === undefined) return outcome;
  return { ok: true, prediction: { ...outcome.prediction, scores: scored.prediction.scores } };
}

/** A whole number is the label of that name where the labels are numbers, else the label at that place. */
function labelOf(value: unknown, labels: readonly string[]): unknown {
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number') return value;
  return labelsAreNumbers(labels) ? String(value) : (labels[value] ?? String(value));
}

/** What lists of one hold. */
function single(value: unknown): unknown {
  if (!Array.isArray(value) || value.length !== 1) return value;
  return single(value[0]);
}

function isNumberList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 120);
}
