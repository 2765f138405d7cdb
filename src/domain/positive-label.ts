import type { OutputSignature } from './registry.ts';

/**
 * The positive label of a binary classification: of its two labels the one that sorts last, as scikit-learn has it, so that the order
 * in which a signature lists them does not matter. Where the two scores add up to 1 the choice does not change an AUC.
 * @returns undefined for anything but two labels.
 */
export function positiveLabel(output: OutputSignature): string | undefined {
  if (output.kind !== 'classification' || output.labels.length !== 2) return undefined;
  return output.labels.toSorted((one, other) => (one < other ? -1 : 1))[1];
}
