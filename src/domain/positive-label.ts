import type { OutputSignature } from './registry.ts';

/**
 * The positive label of a binary classification: the second of the two that its signature lists, whose score a threshold is about.
 * @returns undefined for anything but two labels.
 */
export function positiveLabel(output: OutputSignature): string | undefined {
  return output.kind === 'classification' && output.labels.length === 2 ? output.labels[1] : undefined;
}
