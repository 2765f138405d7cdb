import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from './harness.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

interface Written {
  readonly page: string;
  readonly words: readonly string[];
}

/** Each call of canary in the blocks of shell commands, with the lines that continue it. */
function commandsIn(page: string): readonly Written[] {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = [...text.matchAll(/^```(?:sh|bash|yaml)\n(.*?)^```$/gmsu)].map(([, block = '']) => block);
  const lines = blocks.flatMap((block) => block.replaceAll(/\\\n\s*/gu, ' ').split('\n'));
  return lines.flatMap((line) =>
    line
      .replace(/\s#\s.*$/u, '')
      .split(/&&|\|\||[;|]/u)
      .flatMap((part) => {
        const found = /(?:^|\s)canary (?<words>[a-z]+(?:\s.*)?)$/u.exec(part.trim());
        return found === null ? [] : [{ page, words: (found.groups?.['words'] ?? '').split(/\s+/u) }];
      }),
  );
}

const commands = pages.flatMap(commandsIn);
const helps = new Map<string, string>();

/** Commands that have others inside them. */
const groups = new Set(['registry', 'requests', 'registry import']);

/** The help of a command, or of one inside it, such as `registry add`. */
async function helpOf(words: readonly string[]): Promise<string> {
  const named = words.slice(0, 1);
  while (groups.has(named.join(' '))) named.push(words[named.length] ?? '');
  const known = helps.get(named.join(' '));
  if (known !== undefined) return known;
  const { stdout, stderr, exitCode } = await run([...named, '--help']);
  const help = exitCode === 0 ? stdout : stderr;
  helps.set(named.join(' '), help);
  return help;
}

test('every command that the documents write is one of canary, with options that it has', async () => {
  const wrong: string[] = [];
  for (const { page, words } of commands) {
    const help = await helpOf(words);
    if (!help.startsWith('Usage: canary')) wrong.push(`${page}: canary ${words.join(' ')}`);
    for (const option of words.filter((word) => /^--[a-z]/u.test(word)).map((word) => word.replace(/=.*$/u, ''))) {
      if (!new RegExp(`${option}(?![a-z-])`, 'u').test(help))
        wrong.push(`${page}: canary ${words[0]} has no ${option}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(commands.length).toBeGreaterThan(60);
});
