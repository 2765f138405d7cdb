import MurmurHash3 from 'imurmurhash';
import type { Assignment, WrittenAssignment } from '../../domain/exposure/assignment.ts';
import { murmur3BytesHash, murmur3Hash } from '../hashes/murmur3.ts';
import { type Bucketer, middleOf, type Scheme } from '../scheme.ts';

/** The weights of a percentage in two decimals. */
const usualTotal = 10_000;

/**
 * flagd's `fractional` in its core from version 4 on: the bucket of the flag's key and the unit with nothing between them, in
 * whole weights. Source: open-feature/flagd, PR 1909, and flagd-core 4.0.1.
 */
export const flagd: Scheme = {
  keys: ['flag', 'salt', 'total', 'encoding'],
  encodings: true,
  missing: needsFlag,
  complete: (written) => ({ ...flagSalted(written), total: written.total ?? usualTotal }),
  steps: totalOf,
  bucketer: (assignment) => bucketsOf(assignment, hashOf(assignment)),
};

/**
 * The same of what CBOR makes of the flag's key and the unit, as a list of two, or of the text that the flag's first argument is. Source:
 * openfeature-flagd-core 2.0.0 of Python.
 */
export const flagdCbor: Scheme = {
  keys: ['flag', 'salt', 'total'],
  missing: needsFlag,
  complete: ({ flag = '', salt, total = usualTotal }) =>
    salt === undefined ? { flag, salt: flag, total } : { salt, total },
  steps: totalOf,
  bucketer: (assignment) => bucketsOf(assignment, cborHashOf(assignment)),
};

const largestSigned = 2 ** 31 - 1;
const percents = 100;

/** flagd before that change: the hash as a signed number, in whole percents. Source: open-feature/flagd issue 1872. */
export const flagdLegacy: Scheme = {
  keys: ['flag', 'salt', 'encoding'],
  encodings: true,
  missing: needsFlag,
  complete: flagSalted,
  steps: () => percents,
  bucketer(assignment) {
    const hash = hashOf(assignment);
    return (unit) => {
      const percent = Math.floor((Math.abs(hash(unit) | 0) / largestSigned) * percents);
      return middleOf(Math.min(percent, percents - 1), percents);
    };
  },
};

function needsFlag({ flag, salt }: WrittenAssignment): readonly ['flag'] | readonly [] {
  return flag === undefined && salt === undefined ? ['flag'] : [];
}

function flagSalted({ flag, salt, encoding }: WrittenAssignment) {
  return {
    salt: salt ?? flag ?? '',
    ...(flag === undefined ? {} : { flag }),
    ...(encoding === undefined ? {} : { encoding }),
  };
}

function bucketsOf(assignment: Assignment, hash: (unit: string) => number): Bucketer {
  const total = totalOf(assignment);
  // The product has up to 63 bits.
  return (unit) => middleOf(Number((BigInt(hash(unit)) * BigInt(total)) >> 32n), total);
}

function totalOf({ total = usualTotal }: Assignment): number {
  return total;
}

/** flagd's JavaScript hashes UTF-16 units by a library of its own, whose hash of other characters than ASCII is nobody else's. */
function hashOf({ salt, encoding }: Assignment): (unit: string) => number {
  if (encoding === 'utf16') return (unit) => new MurmurHash3(salt + unit).result();
  return (unit) => murmur3Hash(salt + unit);
}

function cborHashOf({ flag, salt }: Assignment): (unit: string) => number {
  if (flag === undefined) return (unit) => murmur3BytesHash(cborText(salt + unit));
  // Major type 4, an array, of two.
  const head = Buffer.concat([Buffer.of(0x82), cborText(flag)]);
  return (unit) => murmur3BytesHash(Buffer.concat([head, cborText(unit)]));
}

/** A text by RFC 8949: major type 3, its length in the fewest bytes, and UTF-8. */
function cborText(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const { length } = bytes;
  if (length < 24) return Buffer.concat([Buffer.of(0x60 + length), bytes]);
  if (length < 2 ** 8) return Buffer.concat([Buffer.of(0x78, length), bytes]);
  const head = length < 2 ** 16 ? Buffer.alloc(3, 0x79) : Buffer.alloc(5, 0x7a);
  head.writeUIntBE(length, 1, head.length - 1);
  return Buffer.concat([head, bytes]);
}
