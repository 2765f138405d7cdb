import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sourceStack } from '../../src/start/source-stack.ts';

const root = join(import.meta.dirname, '../..');
const bundle = join(root, 'dist', 'bundle', 'main.cjs');

/** Where the bundle holds a text: line and column from 1 on, as a stack counts. */
function placeOf(text: string): string {
  const lines = readFileSync(bundle, 'utf8').split('\n');
  const line = lines.findIndex((each) => each.includes(text));
  return `${bundle}:${line + 1}:${(lines[line]?.indexOf(text) ?? -1) + 1}`;
}

test('a place in the bundle is told as the line of the source', () => {
  const told = sourceStack(
    `Error: no\n    at createWorld (${placeOf('SOURCE_DATE_EPOCH is')})\n    at Object.<anonymous>`,
  );
  const line = /src\/cli\/world\.ts:(?<line>\d+):\d+\)/u.exec(told)?.groups?.['line'];
  const source = readFileSync(join(root, 'src/cli/world.ts'), 'utf8').split('\n');
  expect(source[Number(line) - 1]).toContain('SOURCE_DATE_EPOCH is');
  expect(told).toMatch(/^Error: no\n {4}at createWorld \(src.*\)\n {4}at Object\.<anonymous>$/u);
});

test('a place that no source map knows stays as it is', () => {
  const stack = `Error: no\n    at one (${join(root, 'dist/bundle/missing.cjs')}:1:2)\n    at two (node:internal/x:3:4)`;
  expect(sourceStack(stack)).toBe(stack);
});
