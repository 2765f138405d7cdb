import { metricTraits, type Metric } from '../../domain/metric.ts';
import { bytes, milliseconds, misreading, parseQuantity, reading, scaled, shown, type Reading } from './quantity.ts';

/**
 * Reads a metric's own value.
 * @returns ms, bytes, a proportion in [0, 1], or a plain number of any sign, as the metric has it.
 */
export function readToldValue(metric: Metric, value: unknown): Reading<number> {
  const { unit } = metricTraits(metric);
  const quantity = parseQuantity(value);
  const negative = quantity?.digits.startsWith('-') === true;
  if (quantity === undefined) return notANumber(value, exampleOf(metric));
  switch (unit) {
    case 'ms': {
      const ms = milliseconds(quantity);
      if (ms === undefined) return withoutTimeUnit(value, quantity.digits);
      return negative
        ? misreading(`${shown(value)} is negative`, 'write the time that the dashboard shows')
        : reading(ms);
    }
    case 'bytes': {
      const size = bytes(quantity);
      if (size === undefined) {
        return misreading(
          `${shown(value)} is not a size with its unit`,
          `write ${quantity.digits}MB or ${quantity.digits}GiB`,
        );
      }
      return negative
        ? misreading(`${shown(value)} is negative`, 'write the size that the dashboard shows')
        : reading(size);
    }
    case 'proportion':
      return readProportion(value);
    case 'number':
      return quantity.unit === ''
        ? reading(Number(quantity.digits))
        : misreading(`${shown(value)} has a unit, but ${metric.id} has none`, `write ${quantity.digits}`);
  }
}

function readProportion(value: unknown): Reading<number> {
  const quantity = parseQuantity(value);
  const percent = quantity?.unit === '%';
  const proportion = quantity === undefined ? Number.NaN : scaled(quantity.digits, percent ? -2 : 0);
  if ((percent || quantity?.unit === '') && proportion >= 0 && proportion <= 1) return reading(proportion);
  const hint =
    quantity?.unit === '' && proportion > 1 && proportion <= 100
      ? `write ${quantity.digits}%`
      : 'write a share such as 0.6% or 0.006';
  return misreading(`${shown(value)} is not a proportion`, hint);
}

/**
 * Reads the spread of one request's value: a standard deviation in the metric's unit, or a variance in the unit squared. The unit
 * is never guessed, since a variance of seconds taken for one of milliseconds would prove anything.
 * @returns the variance, in ms squared or in the metric's plain unit squared; at least 0.
 */
export function readVariance(metric: Metric, key: 'variance' | 'stddev', value: unknown): Reading<number> {
  const isTime = metricTraits(metric).unit === 'ms';
  if (key === 'stddev') {
    const read = isTime ? readToldValue(metric, value) : readPlain(value);
    if (!read.ok) return read;
    return read.value < 0
      ? misreading(`${shown(value)} is negative`, 'write a standard deviation')
      : reading(read.value ** 2);
  }
  const read = isTime ? readTimeSquared(value) : readPlain(value);
  return read.ok && read.value < 0 ? misreading(`${shown(value)} is negative`, 'write a variance') : read;
}

function readTimeSquared(value: unknown): Reading<number> {
  const [, digits = '', unit] = /^(\d+(?:\.\d+)?(?:e-?\d+)?) ?(ms|s)(?:2|²|\^2)$/u.exec(String(value)) ?? [];
  if (unit !== undefined) return reading(scaled(digits, unit === 's' ? 6 : 0));
  const number = typeof value === 'number' ? String(value) : '900';
  return misreading(`${shown(value)} is not a time squared`, `write ${number}ms2 or ${number}s2, or stddev: 30ms`);
}

function readPlain(value: unknown): Reading<number> {
  const quantity = parseQuantity(value);
  return quantity?.unit === '' ? reading(Number(quantity.digits)) : notANumber(value, '0.04');
}

function withoutTimeUnit(value: unknown, digits: string): Reading<number> {
  return misreading(`${shown(value)} is not a time with its unit`, `write ${digits}ms or ${digits}s`);
}

function notANumber(value: unknown, example: string): Reading<number> {
  const text = shown(value);
  // A decimal comma is what a spreadsheet of half the world writes.
  const withPoint = text.replace(/^(-?\d+),(\d+)/u, '$1.$2');
  return misreading(`${text} is not a number`, `write ${withPoint === text ? example : withPoint}`);
}

function exampleOf(metric: Metric): string {
  return { ms: '112ms', bytes: '512MB', proportion: '0.6%', number: '0.37' }[metricTraits(metric).unit];
}
