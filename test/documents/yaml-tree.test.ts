import { expect, test } from 'vitest';
import { sourceText } from '../../src/documents/source-text.ts';
import { plainValue } from '../../src/documents/tree.ts';
import { parseYaml } from '../../src/documents/yaml-tree.ts';

function valueOf(text: string): unknown {
  const { root, diagnostics } = parseYaml(sourceText('plan.yaml', text));
  expect(diagnostics).toEqual([]);
  return root && plainValue(root);
}

test('an alias stands for the last anchor of its name before it', () => {
  expect(valueOf('a: &x 1\nb: *x\nc: &x 2\nd: *x\ne: [*x]\n')).toEqual({ a: 1, b: 1, c: 2, d: 2, e: [2] });
});

test('an alias of a map that holds an anchor does not bring that anchor forward', () => {
  expect(valueOf('a: &outer { b: &x 1 }\nc: &x 2\nd: *outer\ne: *x\n')).toMatchObject({ d: { b: 1 }, e: 2 });
});

test('twenty thousand aliases are read in one pass', () => {
  const value = valueOf(`a: &a x\nb: [${Array.from({ length: 20_000 }, () => '*a').join(', ')}]\n`);
  expect(value).toMatchObject({ b: Array.from({ length: 20_000 }, () => 'x') });
});
