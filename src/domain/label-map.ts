import type { LabelTranslation, ModelVersion, OutputSignature } from './registry.ts';

type Classification = OutputSignature & { readonly kind: 'classification' };

/**
 * The candidate's labels in the baseline's words: as `compat.labels` of the candidate says, and where that is silent a label
 * that both have stays what it is.
 *
 * @returns undefined where there is no map, or nothing to translate because one of the two is a regression
 */
export function translationBetween(baseline: ModelVersion, candidate: ModelVersion): LabelTranslation | undefined {
  const map = candidate.compat?.labels;
  const [before, after] = [baseline.signature.output, candidate.signature.output];
  if (map === undefined || before.kind !== 'classification' || after.kind !== 'classification') return undefined;
  const known = new Set(before.labels);
  const entries = after.labels.flatMap((label): [string, string][] => {
    const target = Object.hasOwn(map, label) ? map[label] : label;
    return target === undefined || !known.has(target) ? [] : [[label, target]];
  });
  return { own: after.labels, to: Object.fromEntries(entries) };
}

/** The candidate as it is compared with the baseline: with its answers in the baseline's labels, where it has a label map. */
export function inLabelsOf(baseline: ModelVersion, candidate: ModelVersion): ModelVersion {
  const translation = translationBetween(baseline, candidate);
  const { output } = baseline.signature;
  if (translation === undefined || output.kind !== 'classification') return candidate;
  const { activation } = { activation: undefined, ...candidate.signature.output };
  const translated: Classification = {
    kind: 'classification',
    labels: output.labels,
    ...(activation === undefined ? {} : { activation }),
    translation,
  };
  return { ...candidate, signature: { ...candidate.signature, output: translated } };
}

/** The labels that the model itself answers. */
export function ownOutput(output: OutputSignature): OutputSignature {
  if (output.kind !== 'classification' || output.translation === undefined) return output;
  const { translation, ...own } = output;
  return { ...own, labels: translation.own };
}
