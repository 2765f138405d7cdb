import { expect, test } from 'vitest';
import { storedLayout } from '../../../src/replay/store/outcome-key.ts';

/** The columns of stored outcomes when the eighth layout was numbered. */
const eighth = {
  place: 'INTEGER',
  error: 'VARCHAR',
  label: 'VARCHAR',
  value: 'DOUBLE',
  score: 'DOUBLE',
  true_score: 'FLOAT',
  positive_score: 'FLOAT',
  detail: 'VARCHAR',
  retries: 'UTINYINT',
  input_tokens: 'DOUBLE',
  output_tokens: 'DOUBLE',
  first_token_ms: 'DOUBLE',
};

test('outcomes of the columns that were there when layouts had numbers keep their names, in whatever order the columns are', () => {
  expect(storedLayout(eighth)).toBe(8);
  expect(storedLayout(Object.fromEntries(Object.entries(eighth).toReversed()))).toBe(8);
});

test('outcomes with another number, without one or with another type are told apart', () => {
  const { first_token_ms: _, ...fewer } = eighth;
  const layouts = [eighth, { ...eighth, margin: 'FLOAT' }, fewer, { ...eighth, value: 'FLOAT' }].map(storedLayout);
  expect(new Set(layouts).size).toBe(layouts.length);
});
