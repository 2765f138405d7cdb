import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import type { HostedModel } from '../../src/models/hosted-model.ts';
import { errorAt } from '../../src/models/outcome-columns.ts';
import { colourSpec, openModel } from './fixtures/tiny-model.ts';

/** Passes arrays through, and does something else for the inputs "bad" and above. */
function misbehaving(how: string): string {
  return `export function encode(input) { if (input !== 'bad') return input; ${how} }`;
}

/** 64 requests whose number 17 is bad; the others ask for red, green, blue in turn. */
const batch = Array.from({ length: 64 }, (_, index) =>
  index === 17 ? '"bad"' : JSON.stringify([0, 1, 2].map((colour) => (colour === index % 3 ? 1 : 0))),
);

async function answersOf(model: HostedModel): Promise<(string | null)[]> {
  const columns = await model.predict(batch);
  return batch.map((_, row) => errorAt(columns, row) ?? model.labels[columns.labels[row] ?? -1] ?? null);
}

const culprits: [what: string, how: string, error: string][] = [
  ['throws', "throw new Error('no')", 'model-error'],
  ['returns NaN', 'return [1, NaN, 0]', 'model-error'],
  ['has the wrong length', 'return [1, 2]', 'model-error'],
  ['is not an array', 'return "red"', 'model-error'],
  ['loops for ever', 'for (;;);', 'timeout'],
  ['waits for ever', 'return new Promise(() => {})', 'timeout'],
  ['exits the process', 'process.exit(0)', 'crash'],
  ['aborts the process', 'process.abort()', 'crash'],
  [
    'rejects behind our back',
    'Promise.reject(new Error("late")); for (const end = Date.now() + 50; Date.now() < end;); return new Promise(() => {})',
    'crash',
  ],
];

test.each(culprits)('one input in 64 that %s spoils no other', async (_, how, error) => {
  const answers = await answersOf(await openModel(colourSpec(misbehaving(how)), 250));
  const expected = batch.map((__, index) => (index === 17 ? error : ['red', 'green', 'blue'][index % 3]));
  expect(answers).toEqual(expected);
});
