import { trimmedSql } from './missing.ts';

/** Whole numbers up to here are one number however they are stored; beyond, a double no longer tells neighbours apart. */
const mostExact = Number.MAX_SAFE_INTEGER;

/**
 * SQL for an id as it is compared: without white space around it, and a whole number without the fraction or the exponent that a
 * float column gives it (`101.0` and `1.01e+02` are `101`). NULL where nothing is written.
 */
export function identitySql(text: string): string {
  const oddities = ['.', '+', ' ', '\t', '\r', '\n'].map(
    (character) => `contains(${text}, chr(${character.charCodeAt(0)}))`,
  );
  const isOdd = `(${oddities.join(' OR ')})`;
  // Nearly no id has any of these; for the others the rest works on NULL, which costs next to nothing.
  const odd = `(CASE WHEN ${isOdd} THEN ${text} END)`;
  const trimmed = trimmedSql(odd);
  const number = `try_cast(${trimmed} AS DOUBLE)`;
  const exact = `${number} = trunc(${number}) AND abs(${number}) <= ${mostExact}`;
  const whole = `CASE WHEN regexp_full_match(${trimmed}, '-?(0|[1-9][0-9]*)[.]0+') THEN regexp_extract(${trimmed}, '^-?[0-9]+')
    WHEN regexp_full_match(${trimmed}, '-?[1-9]([.][0-9]+)?[eE][+]?[0-9]+') AND ${exact} THEN ${number}::BIGINT::VARCHAR
    ELSE ${trimmed} END`;
  return `coalesce(CASE WHEN ${isOdd} THEN NULL ELSE nullif(${text}, '') END, ${whole})`;
}
