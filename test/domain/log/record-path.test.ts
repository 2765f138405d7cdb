import { array, assert, oneof, property, record, string, stringMatching } from 'fast-check';
import { expect, test } from 'vitest';
import {
  columnPath,
  isWithin,
  pathOf,
  type PathStep,
  pathText,
  readPath,
} from '../../../src/domain/log/record-path.ts';

test.each<[string, readonly PathStep[]]>([
  ['user_id', ['user_id']],
  ['context.locale', ['context', 'locale']],
  ['input.0', ['input', '0']],
  ['items[0].price', ['items', '0', 'price']],
  ["['trace.id']", ['trace.id']],
  [`labels["app.kubernetes.io/version"].x`, ['labels', 'app.kubernetes.io/version', 'x']],
  ["['it''s']", ["it's"]],
  [
    'attributes[key=gen_ai.response.model].value.stringValue',
    ['attributes', { key: 'key', equals: 'gen_ai.response.model' }, 'value', 'stringValue'],
  ],
  ["a[name='x]y']", ['a', { key: 'name', equals: 'x]y' }]],
  ['$schema', ['$schema']],
])('%s leads through %j', (text, path) => {
  expect(readPath(text)).toEqual({ ok: true, path });
});

test.each([
  ['', 'is empty', 'write the path of a field, such as context.locale'],
  ['a..b', 'has nothing between two dots, or at an end', 'write a.b'],
  ['.a.b', 'has a dot at an end', 'write a.b'],
  ['a.', 'has a dot at an end', 'write a'],
  ['$.a.b', 'begins with $', "write a.b, which is read from the record's root"],
  ['[trace.id]', 'has [trace.id], which is neither a place in a list nor a quoted key', "write ['trace.id']"],
  ['a[b', 'has a [ that is not closed', "write a['b']"],
  ["a['b.c'", 'has a [ that is not closed', "write a['b.c']"],
  ['a]b', 'has a ] without its [', "write ['a]b'] for a key of that name"],
  ['a[0]b', 'goes on after ] without a dot', 'write a.0.b'],
])('%j is not a path: it %s', (text, problem, hint) => {
  expect(readPath(text)).toEqual({ ok: false, problem, hint });
});

test('what is written of any steps is read as the same steps', () => {
  const search = record({ key: stringMatching(/^[a-z]+$/u), equals: string({ minLength: 1 }) });
  const steps = array(oneof(string(), search), { minLength: 1, maxLength: 4 });
  assert(
    property(steps, (path) => {
      expect(pathOf(pathText(path))).toEqual(path);
    }),
  );
});

test('a column is named by its own name wherever that leads to it', () => {
  expect(columnPath('context.locale')).toBe('context.locale');
  expect(columnPath('x[0]')).toBe("['x[0]']");
  expect(columnPath('a..b')).toBe("['a..b']");
});

test('a path is within what it passes through', () => {
  expect(isWithin(pathOf('outcomes.x.error'), pathOf('outcomes'))).toBe(true);
  expect(isWithin(pathOf('outcomes'), pathOf('outcomes.x'))).toBe(false);
  expect(isWithin(pathOf('a[key=x].v'), pathOf('a[key=y]'))).toBe(false);
});
