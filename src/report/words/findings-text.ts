import stringWidth from 'string-width';
import type { Diagnostic, UserError } from '../../domain/errors.ts';
import { printableName, printableSentence } from './printable.ts';
import { paintOf, type Style, textColumns } from './style.ts';

/** Findings about input files, as `diagnosticText` writes each; without a line end at the last, and nothing for none. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], style: Style): string {
  return diagnostics.map((diagnostic) => diagnosticText(diagnostic, style)).join('\n');
}

/**
 * A failure that the user can act on: what was found where, what is wrong, and what to do instead.
 * @returns lines without a line end at the last, and no stack.
 */
export function userErrorText(error: UserError, style: Style): string {
  const { bad } = paintOf(style);
  const lines = [
    diagnosticsText(error.diagnostics, style),
    ...messageLines(error.message).map((line, index) => (index === 0 ? `${bad('error')} ${line}` : `  | ${line}`)),
    error.hint === undefined ? '' : `  ${printableSentence(error.hint)}`,
  ];
  return lines.filter((line) => line !== '').join('\n');
}

const mostLines = 20;

/**
 * A message may quote what a program printed, or two signatures below each other. Every line but the first is marked, so that
 * none can pass for a line of canary's own.
 */
function messageLines(message: string): string[] {
  return message
    .split('\n')
    .slice(0, mostLines)
    .map((line) => printableSentence(line.trim()));
}

/**
 * One finding: `file:line:column message; what to write instead`, on one line so that editors and grep find it, and
 * below it the line of the file with a mark under the place.
 */
export function diagnosticText(diagnostic: Diagnostic, style: Style): string {
  const { strong, unsure } = paintOf(style);
  const { severity, message, hint } = diagnostic;
  const kind = severity === 'warning' ? `${unsure('warning')} ` : '';
  const advice = hint === undefined ? '' : `; ${printableSentence(hint)}`;
  const said = printableSentence(message);
  const first = `${strong(location(diagnostic))} ${kind}${advice === '' ? said : said.replace(/\.$/u, '')}${advice}`;
  return [first, ...excerpt(diagnostic, style)].join('\n');
}

function location({ file, line, column }: Diagnostic): string {
  return [printableName(file), line, column].filter((part) => part !== undefined).join(':');
}

/** The line of the file, cut to a window around the column where it is long, and a caret under the column. */
function excerpt({ line, column, lineText }: Diagnostic, style: Style): string[] {
  if (line === undefined || lineText === undefined) return [];
  const { faint, bad } = paintOf(style);
  const gutter = `  ${line} | `;
  const room = Math.max(16, textColumns(style) - gutter.length);
  const at = (column ?? 1) - 1;
  const start = at < room - 8 ? 0 : at - Math.floor(room / 2);
  const shown = oneLine(lineText.slice(start, start + room));
  const source = `${faint(gutter)}${shown}`.trimEnd();
  if (column === undefined) return [source];
  const before = stringWidth(oneLine(lineText.slice(start, at)));
  return [source, `${faint(`${' '.repeat(gutter.length - 2)}| `)}${' '.repeat(before)}${bad('^')}`];
}

/** Tabs take one column, so that the mark stands where it should. */
function oneLine(text: string): string {
  return printableSentence(text.replaceAll('\t', ' '));
}
