import { canonicalJson } from '../canonical-json.ts';
import type { OutputSignature } from '../registry.ts';

/** Answers of which no list of labels exists: a text, a list of ids with the best one first, or any JSON. */
export const freeKinds = ['text', 'ranking', 'json'] as const;
export type FreeKind = (typeof freeKinds)[number];

/** The kind of an output whose answers are free; undefined of labels and of numbers. */
export function freeKindOf({ kind }: OutputSignature): FreeKind | undefined {
  return kind === 'classification' || kind === 'regression' ? undefined : kind;
}

/** A free answer as the one text that it is stored and compared as, or why it is none. */
export type FreeAnswer = { readonly text: string } | { readonly problem: string };

/**
 * Reads a prediction of a free kind. A text is itself or `{"text": …}`, a ranking a list of ids or `{"ranking": […]}`, and JSON any
 * value but null. Equal answers have equal texts: a ranking's ids become strings, and keys are sorted.
 */
export function readFreeAnswer(kind: FreeKind, prediction: unknown): FreeAnswer {
  switch (kind) {
    case 'text': {
      const text = memberOr(prediction, 'text');
      return typeof text === 'string' ? { text } : { problem: `${describe(prediction)} is not a text` };
    }
    case 'ranking':
      return readRanking(memberOr(prediction, 'ranking'));
    case 'json':
      return prediction === undefined || prediction === null
        ? { problem: `${describe(prediction)} is not an answer` }
        : { text: canonicalJson(prediction) };
  }
}

function readRanking(ranking: unknown): FreeAnswer {
  if (!Array.isArray(ranking)) return { problem: `${describe(ranking)} is not a list of ids` };
  const ids = ranking.map((id: unknown) => (typeof id === 'number' || typeof id === 'string' ? String(id) : undefined));
  if (ids.includes(undefined)) return { problem: 'the ranking holds something that is neither a text nor a number' };
  const repeated = ids.find((id, place) => ids.indexOf(id) !== place);
  if (repeated !== undefined) return { problem: `the ranking has ${JSON.stringify(repeated)} twice` };
  return { text: JSON.stringify(ids) };
}

function memberOr(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
