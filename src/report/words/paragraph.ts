import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { printableSentence } from './printable.ts';
import { paintOf, type Style, textColumns } from './style.ts';

/**
 * A sentence wrapped to the terminal.
 * @param lead what stands before its first line, such as a bullet; later lines are indented as far.
 */
export function paragraph(text: string, style: Style, lead = ''): string {
  const indent = stringWidth(lead);
  const lines = wrapAnsi(text, Math.max(8, textColumns(style) - indent), { hard: true }).split('\n');
  return lines.map((line, index) => `${index === 0 ? lead : ' '.repeat(indent)}${line}`.trimEnd()).join('\n');
}

/** Names and what they are, as two columns; a long text goes on below itself. */
export function fields(pairs: readonly (readonly [name: string, text: string])[], style: Style): string {
  const { faint } = paintOf(style);
  const longest = Math.max(0, ...pairs.map(([name]) => stringWidth(name)));
  return pairs.map(([name, text]) => paragraph(text, style, `  ${faint(name.padEnd(longest))}  `)).join('\n');
}

/** Clauses as a list, a sentence each. */
export function noteLines(notes: readonly string[], style: Style): string[] {
  return notes.map((note) => paragraph(printableSentence(asSentence(note)), style, '  - '));
}

/** A clause as a sentence; one that begins with the name of a file or a key keeps it as it is written. */
export function asSentence(clause: string): string {
  const begins = /^[a-z]+(?=[ ,])/u.test(clause) ? clause.charAt(0).toUpperCase() : clause.charAt(0);
  return `${begins}${clause.slice(1)}.`;
}

/** A bold title over its lines; nothing where there are no lines. */
export function section(title: string, lines: readonly string[], style: Style): string {
  if (lines.length === 0) return '';
  return [paragraph(paintOf(style).strong(title), style), ...lines].join('\n');
}

/** Blocks with an empty line between them and a line end at the last; empty blocks leave no gap. */
export function page(blocks: readonly string[]): string {
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}
