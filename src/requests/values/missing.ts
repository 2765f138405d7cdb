import { quoteLiteral } from '../../database/database.ts';

/** How programs write that they know nothing: pandas, R, SQL, JSON and Hive, in lower case. A warehouse is asked for the same. */
export const missingWords: readonly string[] = ['', 'null', 'none', 'nan', 'na', 'n/a', '<na>', 'nat', String.raw`\n`];

/** Text without the white space around it; NULL where nothing is left. */
export function trimmedSql(text: string): string {
  return String.raw`nullif(trim(${text}, E' \t\r\n'), '')`;
}

/** Condition that a trimmed text says that nothing is known. */
export function isMissingSql(trimmed: string): string {
  return `lower(${trimmed}) IN (${missingWords.map(quoteLiteral).join(', ')})`;
}

/**
 * SQL of an expression over a text that is computed once, however often the expression speaks of it: the database computes a
 * repeated expression anew each time. Here most texts are NULL, and only the others are put into a list.
 * @param expression SQL over the name that it is given; NULL for a NULL.
 */
export function withTextSql(text: string, expression: (name: string) => string): string {
  return `(CASE WHEN ${text} IS NOT NULL THEN list_transform([${text}], lambda told: ${expression('told')})[1] END)`;
}
