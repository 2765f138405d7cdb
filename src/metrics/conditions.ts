import type { Role } from '../domain/role.ts';

/** The version answered with a label, and the true one is known. */
export function isLabelled(role: Role): string {
  return `${role}_label IS NOT NULL AND label IS NOT NULL`;
}

/** The version answered, whatever it said, and the truth is known. */
export function isAnswered(role: Role): string {
  // Whether it failed is told by one call, and what it said by the replay's, which may have failed alone.
  const said = `(${role}_label IS NOT NULL OR ${role}_value IS NOT NULL)`;
  return `${role}_present AND ${role}_error IS NULL AND ${said} AND label IS NOT NULL`;
}

/** The version answered with a label or failed, and the truth is known. A log that does not tell what was answered tells neither. */
export function isDecided(role: Role): string {
  return `${role}_present AND (${role}_label IS NOT NULL OR ${role}_error IS NOT NULL) AND label IS NOT NULL`;
}

/** A condition for each version at once. */
export function both(condition: (role: Role) => string): string {
  return `(${condition('baseline')}) AND (${condition('candidate')})`;
}

/** The true label as a finite number, NULL where it is none. */
export const trueNumber = `(CASE WHEN isfinite(try_cast(label AS DOUBLE)) THEN try_cast(label AS DOUBLE) END)`;
