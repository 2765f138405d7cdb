/** Control, format, surrogate, private-use and line or paragraph separating characters. */
export const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

const namedEscapes: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

/** Such a character as text that names it. */
export function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hexadecimal = code.toString(16);
  return namedEscapes[character] ?? (code <= 0xff ? `\\x${hexadecimal.padStart(2, '0')}` : `\\u{${hexadecimal}}`);
}

/**
 * GitHub and Azure runners obey `::command ...::` and `##[command]` anywhere in a job's output; the second character
 * is escaped, so that such a name is shown and not obeyed.
 */
export function withoutCommands(text: string): string {
  return text.replaceAll(/::(?=[a-z])/giu, String.raw`:\x3a`).replaceAll(/##(?=\[|vso\[)/giu, String.raw`#\x23`);
}

/** Text of a log, a server or a program, line by line as it is, in which nothing commands a terminal or a build's runner. */
export function harmlessLines(text: string): string {
  return text
    .split(/\r?\n/u)
    .map((line) =>
      withoutCommands(
        Array.from(line, (character) => (unprintable.test(character) ? escaped(character) : character)).join(''),
      ),
    )
    .join('\n');
}
