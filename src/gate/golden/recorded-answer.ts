import { ownOutput } from '../../domain/label-map.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import { readDecoded } from '../../models/decode.ts';
import { translate } from '../../models/translate.ts';
import type { GoldenAnswer } from '../../verdict/checks/golden.ts';
import { labelOf } from './right-answer.ts';

/**
 * The answer that a golden record holds of a version that cannot be run, in the labels that the versions are compared in. An
 * outcome with an error is an error, whatever stands beside it, and one that cannot be read is `bad-outcome`.
 *
 * @param outcome what stands under the version in the record's `outcomes`
 * @returns undefined where nothing does
 */
export function recordedAnswer(outcome: unknown, output: OutputSignature): GoldenAnswer | undefined {
  if (outcome === undefined || outcome === null) return undefined;
  if (typeof outcome !== 'object') return { error: 'bad-outcome' };
  const { error, prediction } = { error: undefined, prediction: undefined, ...outcome };
  if (isError(error)) return { error: typeof error === 'string' ? error : JSON.stringify(error) };
  if (prediction === undefined || prediction === null) return { error: 'bad-outcome' };
  const own = ownOutput(output);
  const named = own.kind === 'classification' ? (labelOf(prediction, own.labels) ?? prediction) : prediction;
  const answer = translate(readDecoded(named, own), output);
  if (!answer.ok) return { error: answer.error };
  return { prediction: answer.prediction.kind === 'label' ? answer.prediction.label : answer.prediction.value };
}

function isError(error: unknown): boolean {
  return !(error === undefined || error === null || error === false || error === '' || error === 'none');
}
