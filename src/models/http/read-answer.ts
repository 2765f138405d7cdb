import type { AnswerPaths } from '../../domain/endpoint.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import { freeKindOf } from '../../domain/scores/free-answer.ts';
import { failure, labelNamer, readDecoded, readOutput } from '../decode.ts';
import { isObject, readerAt } from './exchange.ts';

/** Reads a model's output, JSON in which numbers may be NaN, as the outcome of its request. */
export type AnswerReader = (output: unknown) => Outcome;

/**
 * Says how the prediction is found in a version's answers: where the paths say, else by its shape. A text or a whole number of
 * a classification is its label, a list its labels' scores; a list of one is what it holds.
 */
export function answerReader(signature: OutputSignature, paths: AnswerPaths = {}): AnswerReader {
  const read = pathsReader(signature, paths);
  const { label, score, scores, value } = paths;
  const needed = [label, score, scores, value].flatMap((path) =>
    path === undefined ? [] : [{ path, find: readerAt(path) }],
  );
  return (output) => {
    const absent = needed.find(({ find }) => find(output) === undefined);
    if (absent === undefined) return read(output);
    return failure('bad-response', `the answer has nothing at ${absent.path}: ${shown(output)}`);
  };
}

function pathsReader(signature: OutputSignature, { label, score, scores, value }: AnswerPaths): AnswerReader {
  const read = shapeReader(signature);
  if (signature.kind !== 'classification') return value === undefined ? read : at(value, read);
  if (label === undefined) return scores === undefined ? read : at(scores, read);
  const nameOf = labelReader(signature.labels);
  const findLabel = at(label, (found) => nameOf(single(found)));
  if (scores !== undefined) {
    const readScores = at(scores, read);
    return (output) => withScores(findLabel(output), readScores(output), signature);
  }
  if (score === undefined) return (output) => readDecoded(findLabel(output), signature);
  const findScore = at(score, single);
  return (output) => readDecoded({ label: findLabel(output), score: findScore(output) }, signature);
}

function at<Result>(path: string, read: (value: unknown) => Result): (output: unknown) => Result {
  const find = readerAt(path);
  return (output) => read(find(output));
}

function shapeReader(signature: OutputSignature): AnswerReader {
  if (freeKindOf(signature) !== undefined) return (output) => readDecoded(output, signature);
  const labels = signature.kind === 'classification' ? signature.labels : [];
  const isSigmoid = signature.kind === 'classification' && signature.activation === 'sigmoid';
  const nameOf = signature.kind === 'classification' ? labelReader(labels) : (value: unknown) => value;
  const read: AnswerReader = (output) => {
    const value = single(output);
    if (isNumberList(value)) return readOutput(value, signature);
    if (isSigmoid && typeof value === 'number') return readOutput([value], signature);
    if (!isObject(value)) return readDecoded(nameOf(value), signature);
    if ('label' in value || 'scores' in value) return readDecoded(value, signature);
    const names = Object.keys(value);
    if (names.length > 0 && names.every((name) => labels.includes(name)))
      return readDecoded({ scores: value }, signature);
    const [only] = names;
    if (names.length === 1 && only !== undefined) return read(value[only]);
    return failure(
      'bad-response',
      `the answer has several outputs (${names.join(', ')}); say in artifact.answer which to read`,
    );
  };
  return read;
}

/** The label as the version answered it, with the scores that came beside it. */
function withScores(label: unknown, scored: Outcome, signature: OutputSignature): Outcome {
  if (!scored.ok || scored.prediction.kind !== 'label' || signature.kind !== 'classification') return scored;
  const index = typeof label === 'string' ? signature.labels.indexOf(label) : -1;
  const outcome = readDecoded(index < 0 ? label : { label, score: scored.prediction.scores?.[index] }, signature);
  if (!outcome.ok || outcome.prediction.kind !== 'label' || scored.prediction.scores === undefined) return outcome;
  return { ok: true, prediction: { ...outcome.prediction, scores: scored.prediction.scores } };
}

/** The label that an answer names by its text, by a number or as true or false. */
function labelReader(labels: readonly string[]): (value: unknown) => unknown {
  const nameOf = labelNamer(labels);
  return (value) => {
    if (typeof value === 'boolean') return String(value);
    return typeof value === 'number' ? nameOf(value) : value;
  };
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
