import { didYouMean, writeOneOf } from './did-you-mean.ts';
import type { LabelTranslation, ModelVersion, OutputSignature } from './registry.ts';

type Classification = OutputSignature & { readonly kind: 'classification' };

/**
 * The candidate's labels in the baseline's words: as `compat.labels` of the candidate says, and where that is silent a label
 * that both have stays what it is. Two labels that the versions list the other way round are translated to themselves, so that one of the
 * two is the positive one of both.
 *
 * @returns undefined where there is no map, or nothing to translate because one of the two is a regression
 */
export function translationBetween(baseline: ModelVersion, candidate: ModelVersion): LabelTranslation | undefined {
  const [before, after] = [baseline.signature.output, candidate.signature.output];
  if (before.kind !== 'classification' || after.kind !== 'classification') return undefined;
  const map = candidate.compat?.labels ?? (areTurnedRound(before.labels, after.labels) ? {} : undefined);
  if (map === undefined) return undefined;
  const known = new Set(before.labels);
  const entries = after.labels.flatMap((label): [string, string][] => {
    const target = Object.hasOwn(map, label) ? map[label] : label;
    return target === undefined || !known.has(target) ? [] : [[label, target]];
  });
  return { own: after.labels, to: Object.fromEntries(entries) };
}

function areTurnedRound([first, second, ...more]: readonly string[], labels: readonly string[]): boolean {
  return more.length === 0 && labels.length === 2 && labels[0] === second && labels[1] === first;
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

/** What a label map says of a label that there is none of. */
export interface LabelMapProblem {
  readonly message: string;
  readonly hint: string;
}

/**
 * The labels in a version's map that are not its own, or not those of the version that they lead to.
 *
 * @returns none where the version has no map, or one of the two is a regression
 */
export function labelMapProblems(
  before: { readonly version: string; readonly entry: Pick<ModelVersion, 'signature'> },
  after: { readonly version: string; readonly entry: Pick<ModelVersion, 'signature' | 'compat'> },
): LabelMapProblem[] {
  const map = after.entry.compat?.labels ?? {};
  const [known, own] = [before.entry.signature.output, after.entry.signature.output];
  if (known.kind !== 'classification' || own.kind !== 'classification') return [];
  return Object.entries(map).flatMap(([label, target]) => [
    ...(own.labels.includes(label)
      ? []
      : [{ message: `maps ${label}, which is not a label of ${after.version}`, hint: didYouMean(label, own.labels) }]),
    ...(known.labels.includes(target)
      ? []
      : [
          {
            message: `maps ${label} to ${target}, which is not a label of ${before.version}`,
            hint: writeOneOf(target, known.labels),
          },
        ]),
  ]);
}
