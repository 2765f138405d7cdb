import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The blocks of a page of docs/ in some language, as they are written. */
export function blocksOf(page: string, language: string): string[] {
  const text = readFileSync(fileURLToPath(new URL(`../../docs/${page}`, import.meta.url)), 'utf8');
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gmsu)].flatMap(([, kind, block]) =>
    kind === language && block !== undefined ? [block] : [],
  );
}
