import { quoteIdentifier } from '../database/database.ts';
import type { Role } from '../domain/role.ts';

/** Columns of one role set from those of another. */
export function takenFrom(role: Role, source: Role, fields: readonly string[]): string[] {
  return fields.map((field) => `${quoteIdentifier(`${source}_${field}`)} AS ${quoteIdentifier(`${role}_${field}`)}`);
}

/** Columns of a role that no outcome was recorded of. */
export function withoutOutcome(role: Role, fields: readonly string[]): string[] {
  return fields.map((field) => {
    if (field === 'present') return `false AS ${role}_present`;
    return field === 'errors_known'
      ? `${role}_errors_known AS ${role}_errors_known`
      : `NULL AS ${quoteIdentifier(`${role}_${field}`)}`;
  });
}
