import { anything, assert, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/domain/canonical-json.ts';

/** What it says, by the library's own way of asking a function for every value. */
function byReplacer(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(
      Object.entries(each).toSorted(([left], [right]) => Number(left > right) - Number(left < right)),
    );
  });
}

describe('canonical JSON', () => {
  test('is the same text however the keys were added', () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'x' })).toBe('{"a":"x","b":[{"c":null,"d":1}]}');
    expect(canonicalJson({ a: 'x', b: [{ c: null, d: 1 }] })).toBe('{"a":"x","b":[{"c":null,"d":1}]}');
  });

  test('leaves out what JSON has no words for, and says null for it in a list', () => {
    expect(canonicalJson({ a: undefined, b: [undefined, () => 1], c: new Date(0) })).toBe(
      '{"b":[null,null],"c":"1970-01-01T00:00:00.000Z"}',
    );
  });

  test('lists keys that are whole numbers first, and keeps odd keys', () => {
    const value = JSON.parse('{"b":1,"10":2,"2":3,"1.5":4,"__proto__":5,"":6,"é":7,"02":8}') as unknown;
    expect(canonicalJson(value)).toBe(byReplacer(value));
  });

  test('of any value is what sorting every map by hand would give', () => {
    assert(
      property(anything({ withNullPrototype: false }), (value) => {
        expect(canonicalJson(value)).toBe(byReplacer(value));
      }),
      { numRuns: 300 },
    );
  });
});
