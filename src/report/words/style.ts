import { Chalk, type ColorSupportLevel } from 'chalk';

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
export interface Paint {
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
