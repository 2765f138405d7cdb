import type { WrittenAssignment } from '../../domain/exposure/assignment.ts';

/** What a flag's own definition says of who gets the candidate. */
export interface FlagDefinition {
  /** What of the plan's assignment it fixes. */
  readonly settings: WrittenAssignment;
  /** The candidate's share, in [0, 1], and whether it is the first that gets one; undefined where no variant is the candidate. */
  readonly share?: { readonly weight: number; readonly first: boolean };
  /** What decides before the percentage does, such as `rule 1 (beta testers)`; who it takes is nobody's share. */
  readonly before: readonly string[];
}

/** Which flag of a file is meant. */
export interface WantedFlag {
  /** As the plan names it; where it does not, the only one of the file. */
  readonly flag: string | undefined;
  /** What the definition may call the candidate. */
  readonly names: readonly string[];
}

/** Reads the definition of a flag from what its system exports. @throws Unreadable */
export type DefinitionReader = (document: unknown, wanted: WantedFlag) => FlagDefinition;

/** Why a definition cannot be used, as a clause that follows the file's name. */
export class Unreadable extends Error {}

export type Fields = Readonly<Record<string, unknown>>;

/** An object's fields; none of anything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

export function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** The flag that is meant among those of a file, by its key. @throws Unreadable that names those there are */
export function flagAmong(
  flags: readonly (readonly [string, Fields])[],
  wanted: string | undefined,
): readonly [string, Fields] {
  const [only] = flags;
  if (only === undefined) throw new Unreadable('has no flag');
  if (wanted === undefined && flags.length === 1) return only;
  const names = flags.map(([name]) => name);
  const listed = names.length > 5 ? `${names.slice(0, 5).join(', ')}, …` : names.join(', ');
  if (wanted === undefined)
    throw new Unreadable(`has ${flags.length} flags (${listed}), and the plan does not say which`);
  const found = flags.find(([name]) => name === wanted);
  if (found === undefined) throw new Unreadable(`has no flag ${wanted}, but ${listed}`);
  return found;
}

/** The candidate among variants in their order. @param total what all weights sum up to */
export function shareAmong(
  variants: readonly { readonly names: readonly (string | undefined)[]; readonly weight: number }[],
  names: readonly string[],
  total: number,
): Pick<FlagDefinition, 'share'> {
  const at = variants.findIndex((variant) => variant.names.some((name) => name !== undefined && names.includes(name)));
  const found = variants[at];
  if (found === undefined || !(total > 0)) return {};
  const first = variants.slice(0, at).every(({ weight }) => weight === 0);
  return { share: { weight: found.weight / total, first } };
}
