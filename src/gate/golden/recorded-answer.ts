import { ownOutput } from '../../domain/label-map.ts';
import { answerOf } from '../../domain/outcome.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import { readDecoded, translate } from '../../models/decode.ts';
import type { GoldenAnswer } from '../../verdict/checks/golden.ts';

/** The texts in a recorded outcome of which the readers of logs say what they mean. */
export interface OutcomeTexts {
  readonly error: string | null;
  /** A prediction's label; null for numbers, scores alone and no prediction. */
  readonly label: string | null;
}

/** @param outcome what stands under a version in a record's `outcomes` */
export function textsOf(outcome: unknown): OutcomeTexts {
  const { error, prediction } = membersOf(outcome);
  return { error: textOf(error), label: textOf(labelled(prediction) ? prediction.label : prediction) };
}

/**
 * The answer that a golden record holds of a version that cannot be run, in the labels that the versions are compared in. An
 * outcome with an error is an error, whatever stands beside it, and one that cannot be read is `bad-outcome`.
 *
 * @param outcome what stands under the version in the record's `outcomes`
 * @param meaning of its `textsOf`
 * @returns undefined where nothing does
 */
export function recordedAnswer(
  outcome: unknown,
  meaning: OutcomeTexts,
  output: OutputSignature,
): GoldenAnswer | undefined {
  if (outcome === undefined || outcome === null) return undefined;
  if (meaning.error !== null) return { error: meaning.error };
  const { prediction } = membersOf(outcome);
  if (prediction === undefined || prediction === null) return { error: 'bad-outcome' };
  const own = ownOutput(output);
  const answer = translate(readDecoded(inWords(prediction, own, meaning.label), own), output);
  if (!answer.ok) return { error: answer.error };
  return { prediction: answerOf(answer.prediction) };
}

function inWords(prediction: unknown, output: OutputSignature, label: string | null): unknown {
  if (output.kind !== 'classification' || label === null) return prediction;
  return labelled(prediction) ? { ...prediction, label } : label;
}

function labelled(prediction: unknown): prediction is { readonly label: unknown } {
  return typeof prediction === 'object' && prediction !== null && 'label' in prediction;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** The members of what may be an object; none of anything else. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
