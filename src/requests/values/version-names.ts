import { quoteLiteral } from '../../database/database.ts';
import type { Role } from '../../domain/role.ts';

interface NamedVersions {
  readonly servedAs?: Readonly<Record<string, Role>>;
  readonly recorded: Readonly<Partial<Record<Role, string>>>;
}

/** Which version each name in a log is; the versions' own numbers where the plan says nothing of names. */
function namesOf({ servedAs, recorded }: NamedVersions): Readonly<Record<string, Role>> {
  if (servedAs !== undefined) return servedAs;
  const own: Record<string, Role> = {};
  if (recorded.candidate !== undefined) own[recorded.candidate] = 'candidate';
  if (recorded.baseline !== undefined) own[recorded.baseline] = 'baseline';
  return own;
}

/** What a log calls a version, its own number first. `*`, every other name, is none of them. */
export function namesOfRole(options: NamedVersions, role: Role): readonly string[] {
  const names = Object.entries(namesOf(options)).filter(([name, named]) => named === role && name !== '*');
  return names.map(([name]) => name);
}

/** SQL of the role of whom a record names in `served_by`, NULL for none of the two versions. */
export function roleSql(options: NamedVersions): string {
  const names = namesOf(options);
  const named = Object.entries(names).filter(([name]) => name !== '*');
  const branches = named.map(([name, role]) => `WHEN ${quoteLiteral(name)} THEN ${quoteLiteral(role)}`);
  const others = names['*'] === undefined ? 'NULL' : quoteLiteral(names['*']);
  return branches.length === 0 ? `${others}::VARCHAR` : `CASE served_by ${branches.join(' ')} ELSE ${others} END`;
}
