import { compareBuild, valid } from 'semver';

/** The two versions that a log compares: what it calls them, and the number of each in the registry. */
export interface NamedVersions {
  readonly baseline: NamedVersion;
  /** Absent where the log knows one version alone. */
  readonly candidate?: NamedVersion;
}

export interface NamedVersion {
  readonly name: string;
  readonly version: string;
}

/** What teams call who serves everybody, and who does not yet. */
const serving =
  /(?:^|[^a-z])(?:stable|prod|production|control|champion|baseline|primary|blue|main|default|current|old|alltraffic)(?:$|[^a-z])/iu;
const coming = /(?:^|[^a-z])(?:canary|candidate|challenger|treatment|shadow|green|next|preview|beta|new)(?:$|[^a-z])/iu;

/** Whether texts end in numbers, as names of versions do. */
export function looksLikeVersions(names: readonly string[]): boolean {
  return names.length >= 2 && names.every((name) => numbersOf(name) !== undefined);
}

/** `v7`, `intent-v7`, `1.4`, `gpt-4.1-2025-04-14`: the numbers at the end of a name. */
function numbersOf(name: string): readonly number[] | undefined {
  const written = /(?:^|[^a-z0-9]|v)v?(\d{1,9}(?:[._-]\d{1,9}){0,5})$/iu.exec(name.trim())?.[1];
  return written?.split(/[._-]/u).map(Number);
}

/**
 * Which of the names in a log is the baseline and which the candidate: by what teams call them, else the higher number is the
 * candidate, else the rarer name.
 * @param counts of each name, the most frequent first.
 */
export function namedVersions(
  counts: readonly (readonly [name: string, records: number])[],
  wanted: { readonly baseline?: string; readonly candidate?: string } = {},
): NamedVersions | undefined {
  const names = counts.map(([name]) => name);
  const candidate = wanted.candidate ?? candidateOf(names.filter((name) => name !== wanted.baseline));
  const baseline =
    wanted.baseline ??
    baselineOf(
      names.filter((name) => name !== candidate),
      candidate,
    );
  if (baseline === undefined)
    return candidate === undefined
      ? undefined
      : { baseline: { name: candidate, version: numberOf(candidate) ?? '1.0.0' } };
  if (candidate === undefined) return { baseline: { name: baseline, version: numberOf(baseline) ?? '1.0.0' } };
  const [low, high] = numbersFor(baseline, candidate);
  return { baseline: { name: baseline, version: low }, candidate: { name: candidate, version: high } };
}

function candidateOf(names: readonly string[]): string | undefined {
  if (names.length < 2) return undefined;
  const called = names.find((name) => coming.test(name));
  if (called !== undefined) return called;
  const others = names.filter((name) => !serving.test(name));
  if (others.length < names.length) return others[0];
  return looksLikeVersions(names) ? names.toSorted(byNumbers).at(-1) : names[1];
}

/** Who serves everybody is the most frequent of the others, unless a name says so. */
function baselineOf(names: readonly string[], candidate: string | undefined): string | undefined {
  const called = names.find((name) => serving.test(name));
  if (called !== undefined || candidate === undefined || !looksLikeVersions([...names, candidate]))
    return called ?? names[0];
  return names.find((name) => byNumbers(name, candidate) < 0) ?? names[0];
}

function byNumbers(left: string, right: string): number {
  const [a = [], b = []] = [numbersOf(left), numbersOf(right)];
  for (const [index, number] of a.entries()) {
    const other = b[index] ?? 0;
    if (number !== other) return number - other;
  }
  return a.length - b.length;
}

/** MAJOR.MINOR.PATCH of what a name ends in; undefined for a name without a number that counts. */
export function numberOf(name: string): string | undefined {
  if (valid(name) === name) return name;
  const numbers = numbersOf(name);
  if (numbers === undefined || numbers.some((number) => number > 999_999)) return undefined;
  const [major = 0, minor = 0, patch = 0] = numbers;
  return `${major}.${minor}.${patch}`;
}

/** Numbers that are in order: those of the names, or the first two where the names have none. */
function numbersFor(baseline: string, candidate: string): readonly [string, string] {
  const [low, high] = [numberOf(baseline), numberOf(candidate)];
  return low !== undefined && high !== undefined && compareBuild(low, high) < 0 ? [low, high] : ['1.0.0', '1.1.0'];
}
