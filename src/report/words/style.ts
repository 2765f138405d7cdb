import { Chalk, type ColorSupportLevel } from 'chalk';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { printableSentence } from './printable.ts';
import { formatCount } from '../../domain/format-number.ts';

/** What the terminal that a text is for can show; made by the command line, so that rendering asks no environment. */
export interface Style {
  /** Colours: 0 none, 1 sixteen, 2 256, 3 true colour. */
  readonly color: ColorSupportLevel;
  /** Width of the terminal in columns. */
  readonly columns: number;
  /** Whether characters beyond ASCII are drawn properly. */
  readonly unicode: boolean;
}

const widest = 160;
const narrowest = 24;

/** Columns that a text may fill: beyond 160 the eye loses the row, and below 24 nothing can be laid out. */
export function textColumns(style: Style): number {
  return Math.min(widest, Math.max(narrowest, style.columns));
}

/** Colours by meaning. Nothing is said by colour alone: every painted word also reads in black and white. */
interface Paint {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly unsure: (text: string) => string;
}

/** The colours of a style; all of them leave the text as it is at level 0. */
export function paintOf(style: Style): Paint {
  const chalk = new Chalk({ level: style.color });
  return { strong: chalk.bold, faint: chalk.dim, good: chalk.green, bad: chalk.red.bold, unsure: chalk.yellow };
}

/** The few drawn characters, with a plain form for terminals that lack them. */
export interface Symbols {
  readonly rule: string;
  readonly arrow: string;
  readonly more: string;
  readonly bullet: string;
  readonly separator: string;
}

const drawn: Symbols = { rule: '─', arrow: '→', more: '…', bullet: '•', separator: '·' };
const plain: Symbols = { rule: '-', arrow: '->', more: '...', bullet: '*', separator: '|' };

/** The characters that a style can show. */
export function symbolsOf(style: Style): Symbols {
  return style.unicode ? drawn : plain;
}

/**
 * A sentence wrapped to the terminal.
 * @param lead what stands before its first line, such as a bullet; later lines are indented as far.
 */
export function paragraph(text: string, style: Style, lead = ''): string {
  const indent = stringWidth(lead);
  const lines = wrapAnsi(text, Math.max(8, textColumns(style) - indent), { hard: true }).split('\n');
  return lines.map((line, index) => `${index === 0 ? lead : ' '.repeat(indent)}${line}`.trimEnd()).join('\n');
}

/**
 * A text that `paragraph` wraps to so many lines at most: its last clauses are left out, or else its last words, and an ellipsis says so.
 * @param lead what will stand before its first line
 */
export function clipped(text: string, style: Style, lead: string, lines: number): string {
  const fits = (shorter: string) => paragraph(shorter, style, lead).split('\n').length <= lines;
  if (fits(text)) return text;
  const { more } = symbolsOf(style);
  const clauses = text.split('; ');
  const words = (clauses[0] ?? '').split(' ');
  const shorter = [
    ...clauses.map((_, index) => clauses.slice(0, -index - 1).join('; ')),
    ...words.map((_, index) => words.slice(0, -index - 1).join(' ')),
  ];
  const fitting = shorter.map((each) => `${each} ${more}`).find((each) => each !== ` ${more}` && fits(each));
  return fitting ?? `${wordBeginning(words[0] ?? '', style, lead, lines)}${more}`;
}

/** As much of a word that is longer than the lines, such as an answer in Chinese, as leaves a column for an ellipsis. */
function wordBeginning(word: string, style: Style, lead: string, lines: number): string {
  // A letter of two columns may leave the last one of a line empty.
  const lost = lines - 1 + stringWidth(symbolsOf(style).more);
  const columns = Math.max(8, textColumns(style) - stringWidth(lead)) * lines - lost;
  let beginning = '';
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(word.slice(0, columns * 4))) {
    width += stringWidth(segment);
    if (width > columns) break;
    beginning += segment;
  }
  return beginning;
}

/** Names and what they are, as two columns; a long text goes on below itself. */
export function fields(pairs: readonly (readonly [name: string, text: string])[], style: Style): string {
  const { faint } = paintOf(style);
  const longest = Math.max(0, ...pairs.map(([name]) => stringWidth(name)));
  return pairs.map(([name, text]) => paragraph(text, style, `  ${faint(name.padEnd(longest))}  `)).join('\n');
}

/** The same without the names of which there is nothing to say. */
export function knownFields(pairs: readonly (readonly [name: string, text: string])[], style: Style): string {
  const known = pairs.filter(([, text]) => text !== '');
  return fields(known, style);
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

/** `… 12 more segments, --verbose shows them`. */
export function foldLine(count: number, what: string, style: Style): string {
  return `${symbolsOf(style).more} ${formatCount(count)} more ${what}, --verbose shows ${count === 1 ? 'it' : 'them'}`;
}
