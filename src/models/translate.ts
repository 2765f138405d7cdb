import type { Outcome } from '../domain/outcome.ts';
import type { OutputSignature } from '../domain/registry.ts';
import { failure } from './decode.ts';

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
