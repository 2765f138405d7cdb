import { unusableFile } from '../../domain/errors.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import { countOf } from '../../domain/format-number.ts';
import {
  isNumberText,
  labelNamer,
  outputWidth,
  readDecoded,
  readLabelled,
  needsOwnDecode,
  readOutput,
  singleScoreHint,
} from '../decode.ts';
import { type DescribedTensor, type OtherValue, type OutputValues, sizeOf } from './tensor-network.ts';

/** A list of maps among the outputs, which is read from the tensor behind it. */
export interface ZipMap {
  /** The tensor of scores, one column per class. */
  readonly scores: string;
  /** The output that is a list of maps. */
  readonly output: string;
  /** The classes in the order of the columns, as texts. */
  readonly classes: readonly string[];
}

/** How a request's answer is read from the outputs. */
export interface OutputReader {
  /** The outputs that have to be computed. */
  readonly fetches: readonly string[];
  /** @param values of each of `fetches`, in their order */
  readonly read: (values: readonly OutputValues[]) => Outcome;
}

const floats: ReadonlySet<string | null> = new Set(['float32', 'float64']);
const integers: ReadonlySet<string | null> = new Set(['int64', 'int32', 'uint64', 'uint32', 'int8', 'uint8']);

/**
 * Decides which outputs hold the answer. For a classification they are the scores of all labels, the label itself (its
 * text, or a whole number), or both, as scikit-learn exports them; of a regression the one number.
 *
 * @param outputs all outputs of the model
 * @param zipMaps lists of maps among them, and the tensors behind them
 * @param context both signatures, for messages
 * @throws UserError (exit 5) where no output can be the answer, or several can
 */
export function chooseOutputs(
  outputs: readonly (DescribedTensor | OtherValue)[],
  zipMaps: readonly ZipMap[],
  signature: OutputSignature,
  context: string,
): OutputReader {
  const tensors = outputs.filter((output) => output.type !== null);
  if (signature.kind === 'regression') {
    const numbers = tensors.filter((tensor) => isNumeric(tensor) && mayHold(tensor, 1));
    const number = onlyOne(likeliest(numbers, 1), 'number', context);
    if (number === undefined) throw noAnswer('No output of the model is one number.', context);
    return { fetches: [number.name], read: ([values]) => readOutput(numbersOf(values), signature) };
  }
  if (signature.kind !== 'classification') throw noAnswer(`Of tensors alone, ${needsOwnDecode(signature)}.`, context);
  const { labels } = signature;
  const label = onlyOne(tensors.filter(isLabel), 'label', context);
  const zipMap = onlyOne(zipMaps, 'label', context);
  if (zipMap !== undefined) {
    return withLabel(label, zipMap.scores, zipMapScores(zipMap, labels, context), signature, zipMap.classes);
  }
  const width = outputWidth(signature);
  const wide = tensors.filter((tensor) => floats.has(tensor.type) && mayHold(tensor, width));
  const scores = onlyOne(likeliest(wide, width), 'scores', context);
  if (scores !== undefined) return withLabel(label, scores.name, numbersOf, signature);
  if (label === undefined) {
    const single = tensors.find((tensor) => floats.has(tensor.type) && widthOf(tensor) === 1);
    const hint = single === undefined || width === 1 ? undefined : singleScoreHint(signature);
    const scored = countOf(width, 'score');
    if (hint === undefined) throw noAnswer(`No output of the model is a label or ${scored}.`, context);
    throw unusableFile(
      `The output ${single?.name ?? ''} of the model is one number, and there are two labels.${context}`,
      {
        hint: `${hint.slice(0, 1).toUpperCase()}${hint.slice(1)}.`,
      },
    );
  }
  const labelOf = labelReader(labels);
  return { fetches: [label.name], read: ([value]) => readLabelled(labelOf(value?.[0]), undefined, signature) };
}

/** Gives all tensors to the artifact's own `decode`: one output's values as they are, several by their names. */
export function decodedOutputs(
  outputs: readonly (DescribedTensor | OtherValue)[],
  zipMaps: readonly ZipMap[],
  signature: OutputSignature,
): Omit<OutputReader, 'read'> & {
  readonly gather: (values: readonly OutputValues[]) => unknown;
  readonly read: (decoded: unknown) => Outcome;
} {
  const named = [
    ...outputs.filter(({ type }) => type !== null).map(({ name }) => ({ name, fetch: name })),
    ...zipMaps.map(({ output, scores }) => ({ name: output, fetch: scores })),
  ];
  return {
    fetches: named.map(({ fetch }) => fetch),
    gather: (values) =>
      named.length === 1 ? values[0] : Object.fromEntries(named.map(({ name }, index) => [name, values[index] ?? []])),
    read: (decoded) => readDecoded(decoded, signature),
  };
}

function withLabel(
  label: DescribedTensor | undefined,
  scores: string,
  inOrder: (values: OutputValues | undefined) => ArrayLike<number>,
  signature: OutputSignature & { readonly kind: 'classification' },
  classes?: readonly string[],
): OutputReader {
  if (label === undefined) return { fetches: [scores], read: ([values]) => readOutput(inOrder(values), signature) };
  const labelOf = labelReader(signature.labels, classes);
  return {
    fetches: [scores, label.name],
    // A model that names its answer is taken at its word, even where another label has the higher score.
    read: ([values, named]) => readLabelled(labelOf(named?.[0]), inOrder(values), signature),
  };
}

/** ZipMap says which column is which class, so that the signature's order does not matter. */
function zipMapScores(
  { classes, output }: ZipMap,
  labels: readonly string[],
  context: string,
): (values: OutputValues | undefined) => ArrayLike<number> {
  const byNumber = classes.every((name) => /^-?\d+$/u.test(name));
  const columns = labels.map((label, index) =>
    byNumber && !labels.some(isNumberText) ? index : classes.indexOf(label),
  );
  const unknown = labels.filter((_, index) => (columns[index] ?? -1) < 0);
  if (unknown.length > 0 || classes.length !== labels.length) {
    throw noAnswer(
      `The output ${output} has the classes ${classes.join(', ')}, not the labels of the registry.`,
      context,
    );
  }
  return (values) => {
    const numbers = numbersOf(values);
    return columns.map((column) => numbers[column] ?? Number.NaN);
  };
}

/** Reads the label that a model names: its text, or a number as `labelNamer` has it, counted among the model's own classes where it tells them. */
function labelReader(
  labels: readonly string[],
  classes?: readonly string[],
): (value: number | string | undefined) => string {
  const nameOf = labelNamer(labels);
  const counted = classes !== undefined && !labels.some(isNumberText);
  return (value) => {
    if (typeof value !== 'number') return String(value);
    return counted ? (labels[classes.indexOf(String(value))] ?? String(value)) : nameOf(value);
  };
}

function numbersOf(values: OutputValues | undefined): ArrayLike<number> {
  if (values === undefined) return [];
  if (ArrayBuffer.isView(values)) return values;
  return values.map((value) => (typeof value === 'number' ? value : Number.NaN));
}

function isLabel(tensor: DescribedTensor): boolean {
  return (tensor.type === 'string' || integers.has(tensor.type)) && mayHold(tensor, 1);
}

function isNumeric({ type }: DescribedTensor): boolean {
  return floats.has(type) || integers.has(type);
}

/** How many values of an output belong to one request; undefined where its shape does not say. */
function widthOf({ shape }: DescribedTensor): number | undefined {
  const own = shape?.slice(1);
  return own?.every((size) => typeof size === 'number') ? sizeOf(own) : undefined;
}

function mayHold({ shape }: DescribedTensor, width: number): boolean {
  if (shape === null) return true;
  // A tensor without a batch dimension says its width in its first.
  if (shape.length === 1 && shape[0] === width) return true;
  const known = sizeOf(shape.slice(1).filter((size) => typeof size === 'number'));
  return shape.slice(1).some((size) => typeof size !== 'number') ? width % known === 0 : known === width;
}

/** The outputs that say that they hold so many values, or else those that may. */
function likeliest(tensors: readonly DescribedTensor[], width: number): readonly DescribedTensor[] {
  const exact = tensors.filter((tensor) => widthOf(tensor) === width);
  return exact.length > 0 ? exact : tensors;
}

function onlyOne<T extends { readonly name: string } | ZipMap>(
  found: readonly T[],
  what: string,
  context: string,
): T | undefined {
  if (found.length <= 1) return found[0];
  const names = found.map((value) => ('name' in value ? value.name : value.output));
  throw noAnswer(`The outputs ${names.join(', ')} could each be the ${what}.`, context);
}

function noAnswer(problem: string, context: string): Error {
  return unusableFile(`${problem}${context}`, {
    hint: 'Correct signature.output in the registry, or add a preprocess.mjs that exports decode(output), which gets {NAME: values} of all outputs.',
  });
}
