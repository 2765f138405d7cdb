import { quoteLiteral } from '../database.ts';

/** How programs write that they know nothing: pandas, R, SQL, JSON and Hive, in lower case. */
const missingWords = ['', 'null', 'none', 'nan', 'na', 'n/a', '<na>', 'nat', String.raw`\n`];

/** Text without the white space around it; NULL where nothing is left. */
export function trimmedSql(text: string): string {
  return String.raw`nullif(trim(${text}, E' \t\r\n'), '')`;
}

/** Condition that a trimmed text says that nothing is known. */
export function isMissingSql(trimmed: string): string {
  return `lower(${trimmed}) IN (${missingWords.map(quoteLiteral).join(', ')})`;
}
