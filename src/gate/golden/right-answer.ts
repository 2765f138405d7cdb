import { writeOneOf } from '../../domain/did-you-mean.ts';
import type { OutputSignature } from '../../domain/registry.ts';

/** What is wrong with a value, and what to write instead. */
export interface Problem {
  readonly message: string;
  readonly hint: string;
}

/**
 * The label that a golden request asks of the candidate, in the labels that the versions are compared in.
 *
 * @param meaning what the written label means of all that a truth may be; null where it says that nothing is known
 * @param written for messages
 * @param version of the candidate, for messages
 */
export function rightLabel(
  meaning: string | null,
  written: string,
  version: string,
  output: OutputSignature & { readonly kind: 'classification' },
): string | Problem {
  const { labels, translation } = output;
  if (meaning === null)
    return { message: `the label ${JSON.stringify(written)} says nothing`, hint: 'write the right one' };
  if (labels.includes(meaning)) return meaning;
  const { own = [], to = {} } = translation ?? {};
  const target = Object.hasOwn(to, meaning) ? to[meaning] : undefined;
  if (target !== undefined) return target;
  const shown = JSON.stringify(meaning.slice(0, 80));
  if (own.includes(meaning)) {
    return {
      message: `the label ${shown} of ${version} has no counterpart in compat.labels, so it can never be right`,
      hint: writeOneOf(meaning, labels),
    };
  }
  return {
    message: `the label ${shown} is not a label of ${version}`,
    hint: writeOneOf(meaning, [...new Set([...labels, ...own])]),
  };
}
