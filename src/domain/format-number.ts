/** What a number is: a value of its own, or a change that is written with its sign. */
export type Measure =
  | 'ms'
  | 'msChange'
  | 'bytes'
  | 'bytesChange'
  | 'proportion'
  | 'proportionChange'
  | 'number'
  | 'numberChange'
  | 'relativeChange';

interface Writing {
  readonly unit: string;
  /** Places that the decimal point moves to the right: 2 for percent, -3 for seconds. */
  readonly shift: number;
  readonly signed: boolean;
  /** Digits shown of the largest number of a group. */
  readonly significant: number;
  readonly leastDecimals: number;
}

const writings: Readonly<Record<Measure, Writing>> = {
  ms: { unit: ' ms', shift: 0, signed: false, significant: 4, leastDecimals: 0 },
  msChange: { unit: ' ms', shift: 0, signed: true, significant: 3, leastDecimals: 0 },
  bytes: { unit: ' B', shift: 0, signed: false, significant: 4, leastDecimals: 0 },
  bytesChange: { unit: ' B', shift: 0, signed: true, significant: 3, leastDecimals: 0 },
  proportion: { unit: '%', shift: 2, signed: false, significant: 2, leastDecimals: 2 },
  proportionChange: { unit: ' pp', shift: 2, signed: true, significant: 2, leastDecimals: 2 },
  number: { unit: '', shift: 0, signed: false, significant: 4, leastDecimals: 0 },
  numberChange: { unit: '', shift: 0, signed: true, significant: 3, leastDecimals: 0 },
  relativeChange: { unit: '%', shift: 2, signed: true, significant: 2, leastDecimals: 1 },
};

/** Larger units by the size from which they are used; the largest first. */
const largerUnits: Readonly<Partial<Record<Measure, readonly LargerUnit[]>>> = {
  ms: [{ from: 10_000, unit: ' s', shift: -3, leastDecimals: 3 }],
  msChange: [{ from: 10_000, unit: ' s', shift: -3, leastDecimals: 3 }],
  bytes: sizes(),
  bytesChange: sizes(),
};

interface LargerUnit extends Pick<Writing, 'unit' | 'shift' | 'leastDecimals'> {
  readonly from: number;
}

/** Powers of a thousand, as storage and clouds are sold; MB is a million bytes. */
function sizes(): readonly LargerUnit[] {
  return [
    { from: 10e9, unit: ' GB', shift: -9, leastDecimals: 2 },
    { from: 1e6, unit: ' MB', shift: -6, leastDecimals: 0 },
    { from: 1e3, unit: ' kB', shift: -3, leastDecimals: 0 },
  ];
}

/** Numbers of one row in one unit, with the same number of decimals. */
export interface NumberGroup {
  readonly texts: readonly string[];
  /** With the space before it, where one belongs there. */
  readonly unit: string;
}

/**
 * Writes numbers that are read beside each other.
 * @param values ms, proportions, plain numbers or changes of them; finite.
 * @param apartFrom a limit that the numbers are compared with: they get enough decimals that each reads as below it, at
 * it or above it, as it is.
 * @throws RangeError for a number that is not finite: evidence has none.
 */
export function formatTogether(values: readonly number[], measure: Measure, apartFrom?: number): NumberGroup {
  for (const value of values) {
    if (!Number.isFinite(value)) throw new RangeError(`a report shows only finite numbers, not ${value}`);
  }
  const largest = Math.max(0, ...values.map(Math.abs));
  const writing = writingFor(measure, largest);
  const decimals = decimalsFor(values, largest, writing, apartFrom);
  return { texts: values.map((value) => signed(value, decimals, writing)), unit: writing.unit };
}

/** One number with its unit, as `formatTogether` writes it. */
export function formatQuantity(value: number, measure: Measure, apartFrom?: number): string {
  const { texts, unit } = formatTogether([value], measure, apartFrom);
  return `${texts.join('')}${unit}`;
}

/**
 * A number as it was meant, with no digit more and none less: `10`, `0.25`, `1,500`.
 * @param shift places that the decimal point moves to the right.
 */
export function exactNumber(value: number, shift = 0): string {
  return withThousands(exactDigits(value, shift));
}

/** A limit as the plan means it, with its unit: `120 ms`, `0.8%`, `1 pp`, `15 s`. */
export function exactQuantity(value: number, measure: Measure): string {
  const binary = measure.startsWith('bytes')
    ? binaryUnits.find(({ size }) => value !== 0 && value % size === 0)
    : undefined;
  // 512 MiB would be 536.870912 MB; what is a round number of both is told in the unit that all other sizes have.
  if (binary !== undefined && value % 1e3 !== 0) return `${exactNumber(value / binary.size)} ${binary.unit}`;
  const { unit, shift } = writingFor(measure, value);
  return `${exactNumber(value, shift)}${unit}`;
}

const binaryUnits = [
  { unit: 'GiB', size: 2 ** 30 },
  { unit: 'MiB', size: 2 ** 20 },
  { unit: 'KiB', size: 2 ** 10 },
] as const;

/** `10,000`. */
export function formatCount(count: number): string {
  return exactNumber(count);
}

/** `1 request`, `10,000 requests`. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** A share of traffic in percent, to the registry's step of a millionth: `5%`, `0.0001%`. */
export function formatShare(share: number): string {
  return `${exactNumber(Number(share.toFixed(6)), 2)}%`;
}

function writingFor(measure: Measure, largest: number): Writing {
  const larger = largerUnits[measure]?.find(({ from }) => Math.abs(largest) >= from);
  return { ...writings[measure], ...larger };
}

// Below this (in the printed unit) a number is rounding noise of the arithmetic, not something to spend digits on.
const noise = 1e-6;
const mostDecimals = 60;

function decimalsFor(values: readonly number[], largest: number, writing: Writing, apartFrom?: number): number {
  const shown = largest * 10 ** writing.shift;
  const magnitude = shown < noise ? 0 : Math.floor(Math.log10(shown));
  const usual = Math.max(writing.leastDecimals, shown < noise ? 0 : writing.significant - 1 - magnitude);
  if (apartFrom === undefined) return usual;
  if (writing.unit.endsWith('B') && writing.shift < 0) return decimalsApart(values, usual, writing, apartFrom);
  // With the limit's own decimals at least, rounding cannot carry a number over to the limit's other side.
  const limit = exactDigits(apartFrom, writing.shift);
  let decimals = Math.max(usual, limit.split('.')[1]?.length ?? 0);
  const looksEqual = (value: number) =>
    value !== apartFrom &&
    withoutTrailingZeros(rounded(value, decimals, writing.shift)).replace(/^-0$/u, '0') === limit;
  while (decimals < mostDecimals && values.some(looksEqual)) decimals += 1;
  return decimals;
}

/** Sizes have limits of many digits, of which only a number close to its limit needs more than usual. */
function decimalsApart(values: readonly number[], usual: number, { shift }: Writing, limit: number): number {
  const shown = (value: number, decimals: number) => Number(rounded(value, decimals, shift)) * 10 ** -shift;
  const misleads = (decimals: number) => (value: number) =>
    Math.sign(Number((shown(value, decimals) - limit).toFixed(3))) !== Math.sign(value - limit);
  let decimals = usual;
  while (decimals < -shift && values.some(misleads(decimals))) decimals += 1;
  return decimals;
}

function signed(value: number, decimals: number, writing: Writing): string {
  const text = withThousands(rounded(value, decimals, writing.shift));
  return writing.signed && value > 0 ? `+${text}` : text;
}

/**
 * Rounds in decimal: the digits of the double itself are rounded and the point is moved afterwards, so that writing
 * percent does not first round a product.
 */
function rounded(value: number, decimals: number, shift: number): string {
  if (Math.abs(value) >= 1e15) return value.toExponential(3);
  const places = decimals + shift;
  const digits =
    places < 0
      ? // The last digit that is written stands for tens or more.
        movePoint((Math.abs(value) / 10 ** -places).toFixed(0), -decimals)
      : movePoint(Math.abs(value).toFixed(places), shift);
  return value < 0 ? `-${digits}` : digits;
}

function exactDigits(value: number, shift: number): string {
  const [digits = '0', exponent = '0'] = Math.abs(value).toExponential().split('e');
  return `${value < 0 ? '-' : ''}${withoutTrailingZeros(movePoint(digits, Number(exponent) + shift))}`;
}

/** `movePoint('0.0123', 2)` is `1.23`, `movePoint('12345', -3)` is `12.345`. */
function movePoint(digits: string, places: number): string {
  const [whole = '', fraction = ''] = digits.split('.');
  const all = `${'0'.repeat(Math.max(0, 1 - places - whole.length))}${whole}${fraction}`;
  const point = Math.max(1, whole.length + places);
  const padded = all.padEnd(point, '0');
  const integer = padded.slice(0, point).replace(/^0+(?=\d)/u, '');
  return padded.length > point ? `${integer}.${padded.slice(point)}` : integer;
}

function withoutTrailingZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/u, '') : digits;
}

function withThousands(digits: string): string {
  const [whole = '', ...fraction] = digits.split('.');
  return [whole.replaceAll(/\B(?=(?:\d{3})+(?!\d))/gu, ','), ...fraction].join('.');
}

/** A forecast above 0 as no more than it is worth: up to the next number of two significant digits. */
export function upToTwoDigits(value: number): number {
  const step = 10 ** (Math.floor(Math.log10(value)) - 1);
  // 0.31 / 0.01 is a little more than 31.
  return Number((Math.ceil(Number((value / step).toPrecision(12))) * step).toPrecision(2));
}

/** Most ranges that a message names. */
const mostRanges = 12;

/** Whole numbers that rise, as ranges: `1-3, 7`. */
export function formatRanges(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const texts = ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`));
  const rest = texts.length - mostRanges;
  return rest > 0 ? `${texts.slice(0, mostRanges).join(', ')} and ${rest} more` : texts.join(', ');
}
