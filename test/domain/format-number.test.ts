import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatBound } from '../../src/domain/bound.ts';
import {
  countOf,
  exactNumber,
  formatQuantity,
  formatShare,
  formatTogether,
  type Measure,
} from '../../src/domain/format-number.ts';
import type { MetricUnit } from '../../src/domain/metric.ts';
import type { Bound } from '../../src/domain/plan.ts';

test.each<[number, Measure, string]>([
  [118.234, 'ms', '118.2 ms'],
  [41.2345, 'ms', '41.23 ms'],
  [4.1, 'ms', '4.100 ms'],
  [0, 'ms', '0 ms'],
  [1240.4, 'ms', '1,240 ms'],
  [9999, 'ms', '9,999 ms'],
  [12_345.6, 'ms', '12.346 s'],
  [6.19, 'msChange', '+6.19 ms'],
  [-0.4, 'msChange', '-0.400 ms'],
  [0, 'msChange', '0 ms'],
  [0.9142, 'proportion', '91.42%'],
  [1, 'proportion', '100.00%'],
  [0.0031, 'proportion', '0.31%'],
  [0.000054, 'proportion', '0.0054%'],
  [0, 'proportion', '0.00%'],
  [-0.038, 'proportionChange', '-3.80 pp'],
  [0.00004, 'proportionChange', '+0.0040 pp'],
  [0, 'proportionChange', '0.00 pp'],
  [0.412_345, 'number', '0.4123'],
  [15_000, 'number', '15,000'],
  [0.0123, 'numberChange', '+0.0123'],
  [0.0552, 'relativeChange', '+5.5%'],
  [-0.0004, 'relativeChange', '-0.040%'],
  [12.5, 'relativeChange', '+1,250.0%'],
  [0, 'bytes', '0 B'],
  [1536, 'bytes', '1.536 kB'],
  [84_520_960, 'bytes', '84.52 MB'],
  [9_999_000_000, 'bytes', '9,999 MB'],
  [12_345_678_901, 'bytes', '12.35 GB'],
  [-1_200_000, 'bytesChange', '-1.20 MB'],
  [1e300, 'ms', '1.000e+300 s'],
])('%d as %s reads %s', (value, measure, text) => {
  expect(formatQuantity(value, measure)).toBe(text);
});

test.each<[number, Measure, number, string]>([
  [0.00803, 'proportion', 0.008, '0.803%'],
  [0.0106, 'relativeChange', 0.0108, '+1.06%'],
  [0.0080004, 'proportion', 0.008, '0.80004%'],
  [119.96, 'ms', 120, '119.96 ms'],
  [120, 'ms', 120, '120.0 ms'],
  [-0.010_04, 'proportionChange', -0.01, '-1.004 pp'],
  [53_940_224, 'bytes', 1_073_741_824, '53.94 MB'],
  [1_073_741_900, 'bytes', 1_073_741_824, '1,074 MB'],
  [1_073_741_823, 'bytes', 1_073_741_824, '1,073.7 MB'],
  [1_073_741_824, 'bytes', 1_073_741_824, '1,073.741824 MB'],
])('%d as %s beside the limit %d reads %s', (value, measure, limit, text) => {
  expect(formatQuantity(value, measure, limit)).toBe(text);
});

test('a number reads as below, at or above its limit, as it is', () => {
  const kindOf: Readonly<Record<Measure, Pick<Bound, 'kind' | 'relative'>>> = {
    ms: { kind: 'max', relative: false },
    proportion: { kind: 'max', relative: false },
    msChange: { kind: 'maxIncrease', relative: false },
    proportionChange: { kind: 'maxIncrease', relative: false },
    number: { kind: 'max', relative: false },
    numberChange: { kind: 'maxIncrease', relative: false },
    relativeChange: { kind: 'maxIncrease', relative: true },
    bytes: { kind: 'max', relative: false },
    bytesChange: { kind: 'maxIncrease', relative: false },
  };
  const units: Readonly<Record<Measure, MetricUnit>> = {
    ms: 'ms',
    msChange: 'ms',
    proportion: 'proportion',
    proportionChange: 'proportion',
    number: 'number',
    numberChange: 'number',
    relativeChange: 'proportion',
    bytes: 'bytes',
    bytesChange: 'bytes',
  };
  const measures = fc.constantFrom<Measure>(
    'ms',
    'msChange',
    'proportion',
    'proportionChange',
    'number',
    'numberChange',
    'relativeChange',
    'bytes',
    'bytesChange',
  );
  const limits = fc.integer({ min: 0, max: 10_000 }).map((steps) => steps / 10_000);
  const nudges = fc.constantFrom(0, 1e-17, 1e-15, 1e-9, 1e-6, 1e-4, 0.01);
  fc.assert(
    fc.property(measures, limits, nudges, fc.constantFrom(-1, 1), (measure, limit, nudge, direction) => {
      const value = limit + direction * nudge;
      const bound = formatBound({ value: limit, ...kindOf[measure] }, units[measure]);
      const [said, allowed] = [formatQuantity(value, measure, limit), bound].map(tenToTheSixtieth);
      expect(compare(said, allowed)).toBe(compare(value, limit));
    }),
  );
});

/** The number that a text shows, as a whole number of 1e-60: doubles are too coarse to tell what is printed apart. */
function tenToTheSixtieth(text: string): bigint {
  const [whole = '', fraction = ''] = text.replaceAll(/[^\d.-]/gu, '').split('.');
  return BigInt(`${whole}${fraction.padEnd(60, '0')}`);
}

function compare<Value>(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

test('numbers of one row share their unit and their decimals', () => {
  expect(formatTogether([0.41, 118.2], 'ms')).toEqual({ texts: ['0.4', '118.2'], unit: ' ms' });
  expect(formatTogether([900, 12_000], 'ms')).toEqual({ texts: ['0.900', '12.000'], unit: ' s' });
});

test.each([NaN, Infinity, -Infinity])('%d is refused', (value) => {
  expect(() => formatQuantity(value, 'ms')).toThrow(RangeError);
});

test.each<[Bound, MetricUnit, string]>([
  [{ kind: 'max', value: 120, relative: false }, 'ms', 'max 120 ms'],
  [{ kind: 'max', value: 15_000, relative: false }, 'ms', 'max 15 s'],
  [{ kind: 'max', value: 0.008, relative: false }, 'proportion', 'max 0.8%'],
  [{ kind: 'min', value: 0.95, relative: false }, 'proportion', 'min 95%'],
  [{ kind: 'maxIncrease', value: 0.1, relative: true }, 'ms', 'max increase 10%'],
  [{ kind: 'maxIncrease', value: 0.002, relative: false }, 'proportion', 'max increase 0.2 pp'],
  [{ kind: 'maxDecrease', value: 0.07, relative: false }, 'proportion', 'max decrease 7 pp'],
  [{ kind: 'maxDecrease', value: 1e-7, relative: false }, 'proportion', 'max decrease 0.00001 pp'],
  [{ kind: 'maxIncrease', value: 5, relative: false }, 'ms', 'max increase 5 ms'],
  [{ kind: 'max', value: 0.35, relative: false }, 'number', 'max 0.35'],
  [{ kind: 'maxDecrease', value: 1500, relative: false }, 'number', 'max decrease 1,500'],
])('a bound reads as the plan means it: %j', (bound, unit, text) => {
  expect(formatBound(bound, unit)).toBe(text);
});

test('an exact number has the digits it was written with', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 9 }), fc.integer({ min: 0, max: 9 }), (digits, decimals) => {
      const value = Number(`${digits}e-${decimals}`);
      expect(Number(exactNumber(value).replaceAll(',', ''))).toBe(value);
    }),
  );
});

test('counts have thousands separators and their noun', () => {
  expect(countOf(1, 'user')).toBe('1 user');
  expect(countOf(1_234_567, 'request')).toBe('1,234,567 requests');
  expect(countOf(2, 'identical copy', 'identical copies')).toBe('2 identical copies');
});

test('shares of traffic read in percent, down to a millionth', () => {
  expect([0.05, 1, 0, 0.1 + 0.2, 0.000001].map(formatShare)).toEqual(['5%', '100%', '0%', '30%', '0.0001%']);
});
