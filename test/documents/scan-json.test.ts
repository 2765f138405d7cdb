import { assert, json, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { stepsOf } from '../../src/documents/json-pointer.ts';
import { scanJson } from '../../src/documents/scan-json.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('every JSON text scans, with a place for each of its values', () => {
  assert(
    property(json(), (text) => {
      const scanned = scanJson(text);
      if (!scanned.ok) throw new Error(`expected ${scanned.expected} at ${scanned.offset}`);
      for (const [pointer, { value }] of scanned.places) {
        const found = stepsOf(pointer).reduce((node, step) => node[step], JSON.parse(text));
        const start = text.slice(value);
        if (typeof found === 'object' && found !== null) expect(start[0]).toBe(Array.isArray(found) ? '[' : '{');
        else expect(JSON.parse(/^(?:"(?:[^"\\]|\\.)*"|[^,\]}\s]+)/u.exec(start)?.[0] ?? '')).toStrictEqual(found);
      }
    }),
  );
});

test('a text with one character changed scans exactly when JSON.parse reads it', () => {
  assert(
    property(json(), string({ maxLength: 2 }), (text, inserted) => {
      const at = Math.floor(text.length / 2);
      for (const changed of [text.slice(0, at) + inserted + text.slice(at), text.slice(0, at) + text.slice(at + 1)]) {
        expect([changed, scanJson(changed).ok]).toStrictEqual([changed, isJson(changed)]);
      }
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['{"a": 1,}', 8, 'a key in double quotes'],
  ['{"a": nope}', 6, 'a value'],
  ['{"a" 1}', 5, 'a colon after the key'],
  ["{'a': 1}", 1, 'a key in double quotes'],
  ['{"a": 1 "b": 2}', 8, 'a comma or a closing brace'],
  ['[1 2]', 3, 'a comma or a closing bracket'],
  ['{"a": [1,', 9, 'a value'],
  ['{} {}', 3, 'the end of the file'],
  ['', 0, 'a value'],
  ['{"a": 01}', 6, 'a value'],
])('in %s the place %i needs %s', (text, offset, expected) => {
  expect(scanJson(text)).toStrictEqual({ ok: false, offset, expected });
});

test('a key that is written twice is found', () => {
  expect(scanJson('{"a": 1, "b": {"a": 2}, "a": 3}')).toMatchObject({ repeatedKeys: [{ name: 'a', key: 24 }] });
});

test('a file of brackets is refused instead of exhausting the stack', () => {
  expect(scanJson('['.repeat(1_000_000))).toMatchObject({ ok: false, expected: 'at most 200 levels of nesting' });
});

test('a long string is no trouble', () => {
  expect(scanJson(JSON.stringify('a\\"'.repeat(1_000_000))).ok).toBe(true);
});
