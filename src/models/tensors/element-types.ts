import { exactInteger } from '../exact-numbers.ts';

/** What a tensor's elements are kept in, and how an element is read from a recorded value. */
export interface ElementType {
  allocate(size: number): ElementArray;
  /** The element for a value; undefined where the value is none of this type. */
  read(value: unknown): number | bigint | string | undefined;
  /** What the values should have been, for messages. */
  readonly noun: string;
}

export type ElementArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | string[];

type IntegerArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** Types that a recorded value can be turned into without guessing, under onnxruntime's names. */
export const elementTypes = {
  float32: {
    allocate: (size) => new Float32Array(size),
    // A number too large for the type would become infinite, and some activations make a confident answer of that.
    read: (value) => (Number.isFinite(Math.fround(numberOrNaN(value))) ? numberOrNaN(value) : undefined),
    noun: 'a finite number',
  },
  float64: {
    allocate: (size) => new Float64Array(size),
    read: (value) => (Number.isFinite(value) ? numberOrNaN(value) : undefined),
    noun: 'a finite number',
  },
  int8: integers((size) => new Int8Array(size)),
  uint8: integers((size) => new Uint8Array(size)),
  int16: integers((size) => new Int16Array(size)),
  uint16: integers((size) => new Uint16Array(size)),
  int32: integers((size) => new Int32Array(size)),
  uint32: integers((size) => new Uint32Array(size)),
  int64: bigIntegers((size) => new BigInt64Array(size)),
  uint64: bigIntegers((size) => new BigUint64Array(size)),
  bool: {
    allocate: (size) => new Uint8Array(size),
    read: (value) => {
      if (typeof value === 'boolean') return value ? 1 : 0;
      return value === 0 || value === 1 ? value : undefined;
    },
    noun: 'true or false',
  },
  string: {
    allocate: (size) => Array.from({ length: size }, () => ''),
    read: (value) => (typeof value === 'string' ? value : undefined),
    noun: 'a text',
  },
} satisfies Readonly<Record<string, ElementType>>;

export type ElementName = keyof typeof elementTypes;

export function isElementName(type: string): type is ElementName {
  return Object.hasOwn(elementTypes, type);
}

function integers(allocate: (size: number) => IntegerArray): ElementType {
  const cell = allocate(1);
  return {
    allocate,
    read: (value) => {
      const number = typeof value === 'bigint' ? Number(value) : numberOrNaN(value);
      // What does not fit into the type comes back as another number.
      cell[0] = number;
      return cell[0] === number ? number : undefined;
    },
    noun: 'a whole number in the range of its type',
  };
}

function bigIntegers(allocate: (size: number) => BigInt64Array | BigUint64Array): ElementType {
  const cell = allocate(1);
  return {
    allocate,
    read: (value) => {
      const integer = bigIntegerOf(value);
      if (integer === undefined) return undefined;
      cell[0] = integer;
      return cell[0] === integer ? integer : undefined;
    },
    noun: 'a whole number in the range of its type',
  };
}

/** A whole number without loss: numbers beyond 2^53 were rounded before they came here, and are none. */
function bigIntegerOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return exactInteger(value);
}

function numberOrNaN(value: unknown): number {
  if (typeof value === 'number') return value;
  return Number(exactInteger(value) ?? Number.NaN);
}
