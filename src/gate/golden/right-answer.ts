import { writeOneOf } from '../../domain/did-you-mean.ts';
import type { OutputSignature } from '../../domain/registry.ts';

/** What is wrong with a value, and what to write instead. */
export interface Problem {
  readonly message: string;
  readonly hint: string;
}

/**
 * What a golden request's label asks of the candidate: a number of a regression, else a label of the baseline or the
 * candidate's own one, which the label map leads to the baseline's. A label that both have is the baseline's.
 *
 * @param written the record's label: a string, or a number or boolean for the one label that is it
 * @param version of the candidate, for messages
 */
export function rightAnswer(written: unknown, version: string, output: OutputSignature): string | number | Problem {
  if (output.kind === 'regression') {
    if (typeof written === 'number' && Number.isFinite(written)) return written;
    return {
      message: `the label ${shown(written)} is not a number, and ${version} answers numbers`,
      hint: 'write one',
    };
  }
  const label = labelOf(written, output.labels);
  if (label !== undefined) return label;
  const { translation } = output;
  const own = labelOf(written, translation?.own ?? []);
  const target = own === undefined || translation === undefined ? undefined : toLabel(own, translation.to);
  if (target !== undefined) return target;
  if (own !== undefined) {
    return {
      message: `the label ${shown(own)} of ${version} has no counterpart in compat.labels, so it can never be right`,
      hint: writeOneOf(own, output.labels),
    };
  }
  return {
    message: `the label ${shown(written)} is no label of ${version}`,
    hint: writeOneOf(String(written), [...new Set([...output.labels, ...(translation?.own ?? [])])]),
  };
}

/** The label that a value is: the same text, or the only one with a number's or a boolean's value. */
export function labelOf(written: unknown, labels: readonly string[]): string | undefined {
  if (typeof written === 'string') return labels.find((label) => label === written);
  if (typeof written !== 'number' && typeof written !== 'boolean') return undefined;
  const text = String(written);
  if (labels.includes(text)) return text;
  const equal = labels.filter((label) => valueOf(label) === written);
  return equal.length === 1 ? equal[0] : undefined;
}

function valueOf(label: string): number | boolean | undefined {
  if (/^true$/iu.test(label)) return true;
  if (/^false$/iu.test(label)) return false;
  return label.trim() === '' ? undefined : Number(label);
}

function toLabel(own: string, to: Readonly<Record<string, string>>): string | undefined {
  return Object.hasOwn(to, own) ? to[own] : undefined;
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 80);
}
