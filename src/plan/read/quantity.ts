/** What a written value means, or why it means nothing: `problem` follows the key and a colon, `hint` says what to write. */
export type Reading<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: string; readonly hint: string };

/** A number as the plan writes it: its decimal digits and its unit, empty for a plain number. */
export interface Quantity {
  readonly digits: string;
  readonly unit: string;
}

/** Splits `120ms`, `0.8 %` or a plain number; undefined for text that is no quantity. */
export function parseQuantity(value: unknown): Quantity | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? { digits: String(value), unit: '' } : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^(-?\d+(?:\.\d+)?) ?([A-Za-zµ%]+)$/u.exec(value);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { digits: match[1], unit: match[2] };
}

/** `digits` times ten to the `exponent`, rounded once: 1.1% is the double nearest to 0.011, which 1.1 / 100 is not. */
export function scaled(digits: string, exponent: number): number {
  return Number(digits.includes('e') ? Number(digits) * 10 ** exponent : `${digits}e${exponent}`);
}

/** A value as a message shows it: text that would be a number without its quotes has them. */
export function shown(value: unknown): string {
  if (typeof value === 'string' && (value.trim() === '' || Number.isNaN(Number(value)))) return value;
  if (typeof value === 'number') return String(value);
  return JSON.stringify(value);
}

export function reading<Value>(value: Value): Reading<Value> {
  return { ok: true, value };
}

export function misreading(problem: string, hint: string): { ok: false; problem: string; hint: string } {
  return { ok: false, problem, hint };
}

/**
 * Reads a share: a number from 0 to 1, or a percentage from 0% to 100%.
 * @returns the proportion, in [0, 1].
 */
export function readFraction(value: unknown): Reading<number> {
  const quantity = parseQuantity(value);
  const notFraction = `${shown(value)} is not a fraction`;
  if (quantity?.unit === '%') {
    const proportion = scaled(quantity.digits, -2);
    if (proportion >= 0 && proportion <= 1) return reading(proportion);
    return misreading(`${shown(value)} is not between 0% and 100%`, 'write a percentage such as 5%');
  }
  if (quantity?.unit !== '') return misreading(notFraction, 'write a fraction from 0 to 1, such as 0.05 or 5%');
  const number = Number(quantity.digits);
  if (number >= 0 && number <= 1) return reading(number);
  if (number > 1 && number <= 100) {
    return misreading(notFraction, `write ${scaled(quantity.digits, -2)} or ${quantity.digits}%`);
  }
  return misreading(notFraction, 'write a fraction from 0 to 1, such as 0.05 or 5%');
}

const millisecondExponents: Readonly<Record<string, number>> = { ms: 0, s: 3 };

/** Milliseconds of a quantity in `ms` or `s`; undefined for any other unit. */
export function milliseconds({ digits, unit }: Quantity): number | undefined {
  const exponent = millisecondExponents[unit];
  return exponent === undefined ? undefined : scaled(digits, exponent);
}

/** Bytes per unit: powers of a thousand, and of 1024 where an `i` says so. */
const bytesPerUnit: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Whole bytes of a quantity in `B`, `kB`, `MB`, `GB`, `TB` or `KiB`, `MiB`, `GiB`, `TiB`; undefined for any other unit. */
export function bytes({ digits, unit }: Quantity): number | undefined {
  const size = Object.hasOwn(bytesPerUnit, unit) ? bytesPerUnit[unit] : undefined;
  return size === undefined ? undefined : Math.round(Number(digits) * size);
}

/**
 * Reads a time above zero with its unit, `ms` or `s`.
 * @returns milliseconds.
 */
export function readDuration(value: unknown): Reading<number> {
  const quantity = parseQuantity(value);
  if (quantity === undefined) return misreading(`${shown(value)} is not a time`, 'write a time such as 500ms or 2s');
  const { digits, unit } = quantity;
  if (unit === '') return misreading(`${digits} has no unit`, `write ${digits}ms or ${digits}s`);
  const time = milliseconds(quantity);
  if (time === undefined) return misreading(`${shown(value)} has an unknown unit`, `write ${digits}ms or ${digits}s`);
  return time > 0 ? reading(time) : misreading(`${shown(value)} is not above zero`, 'write a time such as 500ms or 2s');
}

const longMillisecondsOf: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a span of a log: minutes, hours or days, above zero.
 * @returns milliseconds.
 */
export function readSpan(value: unknown): Reading<number> {
  const span = spanOf(value);
  if (!span.ok || span.value > 0) return span;
  return misreading(`${shown(value)} is not above zero`, spanHint);
}

/**
 * Reads how long a router takes: a span that may be zero.
 * @returns milliseconds.
 */
export function readSettling(value: unknown): Reading<number> {
  const span = spanOf(value === 0 ? '0m' : value);
  return span.ok && span.value < 0
    ? misreading(`${shown(value)} is below zero`, 'write 0m, or a span such as 5m')
    : span;
}

const spanHint = 'write a span such as 30m, 24h or 7d';

function spanOf(value: unknown): Reading<number> {
  const quantity = parseQuantity(value);
  if (quantity === undefined) return misreading(`${shown(value)} is not a span of time`, spanHint);
  const { digits, unit } = quantity;
  if (unit === '') return misreading(`${digits} has no unit`, `write ${digits}h or ${digits}d`);
  const scale = longMillisecondsOf[unit];
  return scale === undefined
    ? misreading(`${shown(value)} has an unknown unit`, spanHint)
    : reading(Number(digits) * scale);
}
