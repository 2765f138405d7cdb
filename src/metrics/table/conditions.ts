import type { Role } from '../../domain/role.ts';
import type { UnusableRequests } from './mean-metric.ts';

/** The version answered with a label, and the true one is known. */
export function isLabelled(role: Role): string {
  return `${role}_label IS NOT NULL AND label IS NOT NULL`;
}

/** The version was asked and gave no answer. */
export function isUnanswered(role: Role): string {
  return `(${role}_present AND ${role}_error IS NOT NULL)`;
}

/** The truth is known, and so is what the user got: a label, or no answer, which is never right. */
export function isCounted(role: Role): string {
  return `label IS NOT NULL AND (${role}_label IS NOT NULL OR ${isUnanswered(role)})`;
}

/** 1 where the version answered with the true label, 0 where it did not. */
export function isRight(role: Role): string {
  return `coalesce(${role}_label = label, false)::INTEGER`;
}

/**
 * Answers of which nobody knows the label, beside failures that are known: above a share of them the failures would weigh more than they
 * did for users.
 */
export const untoldAnswer: UnusableRequests = {
  condition: (role) => `${role}_present AND ${role}_error IS NULL AND ${role}_label IS NULL AND label IS NOT NULL`,
  problem: 'no label of what was answered',
  tolerated: 0.01,
};

/** The version answered, whatever it said, and the truth is known. */
export function isAnswered(role: Role): string {
  // Whether it failed is told by one call, and what it said by the replay's, which may have failed alone.
  const said = `(${role}_label IS NOT NULL OR ${role}_value IS NOT NULL)`;
  return `${role}_present AND ${role}_error IS NULL AND ${said} AND label IS NOT NULL`;
}

/** An error as logs write a timeout: `timeout`, `ReadTimeout`, `timed out`, `DEADLINE_EXCEEDED`, `http-504`. */
export function isTimeout(error: string): string {
  return `regexp_matches(lower(${error}), 'time[sd]?[ _-]?out|deadline|^http-(408|504)$')`;
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
