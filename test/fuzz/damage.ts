import { runsOf } from '../fixtures/tiers.ts';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Texts that parsers, look-ups and databases have stumbled over. */
const nasty: readonly string[] = [
  '\0',
  '\u2028',
  '\uFEFF',
  '"',
  '\\',
  "'; DROP TABLE requests; --",
  'NaN',
  '-Infinity',
  '1e999',
  '9007199254740993',
  'null',
  'true',
  '{}',
  '[]',
  '__proto__',
  'constructor',
  '"__proto__": {"a": 1},',
  '<<: *x',
  '&x *x',
  '!!js/function',
  ',,,',
  '\r',
  '\n\n',
  '💥',
  '['.repeat(20_000),
  '{"a":'.repeat(20_000),
  '- '.repeat(5000),
];

/** A damaged copy of some bytes, the same for the same seed: cut, overwritten, repeated, swapped or with something in between. */
export function damaged(bytes: Uint8Array, seed: number): Uint8Array {
  const random = xoroshiro128plus(seed);
  const below = (limit: number): number => (random.next() >>> 0) % Math.max(1, limit);
  let result = Buffer.from(bytes);
  for (let changes = 1 + below(3); changes > 0; changes -= 1) {
    const [at, length] = [below(result.length + 1), 1 + below(below(2) === 0 ? 8 : 400)];
    const [before, piece, after] = [
      result.subarray(0, at),
      result.subarray(at, at + length),
      result.subarray(at + length),
    ];
    const kinds: readonly (() => readonly Uint8Array[])[] = [
      () => [before],
      () => [before, after],
      () => [before, piece, piece, after],
      () => [before, Buffer.from(piece.toReversed()), after],
      () => [before, Buffer.from(piece.map((byte) => byte ^ (1 << below(8)))), after],
      () => [before, Buffer.from(nasty[below(nasty.length)] ?? ''), piece, after],
      () => [before, Buffer.from(nasty[below(nasty.length)] ?? ''), after],
    ];
    result = Buffer.concat(kinds[below(kinds.length)]?.() ?? [result]);
  }
  return result;
}

/** How many inputs each parser gets, and where the seeds begin; the same in every run unless somebody asks for more. */
export const budget = {
  inputs: Number(process.env['FUZZ_INPUTS'] ?? runsOf(400, 80)),
  logs: Number(process.env['FUZZ_LOGS'] ?? runsOf(4, 2)),
  seed: Number(process.env['FUZZ_SEED'] ?? 18_000),
};
