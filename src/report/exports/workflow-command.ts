import type { Diagnostic } from '../../domain/errors.ts';
import { printableSentence } from '../words/printable.ts';

/** GitHub shows this many annotations of a kind per step, and drops the rest without a word. */
const mostOfAKind = 10;

/**
 * Findings as GitHub's workflow commands, which annotate the lines of a pull request (`::error file=…,line=…,col=…,title=…::message`).
 * Escaped as GitHub documents: `%`, line ends, and in properties `:` and `,` too. Where there are more than ten of a kind, the last says how many
 * are missing.
 * @param pathOf a finding's file as the repository knows it.
 * @returns lines, none with a line end in it.
 */
export function workflowCommands(findings: readonly Diagnostic[], pathOf: (file: string) => string): readonly string[] {
  return (['error', 'warning'] as const).flatMap((severity) => {
    const all = findings.filter((finding) => finding.severity === severity);
    const shown = all.length > mostOfAKind ? all.slice(0, mostOfAKind - 1) : all;
    const lines = shown.map((finding) => annotation(finding, pathOf));
    if (shown.length === all.length) return lines;
    return [...lines, `::${severity}::${data(`${all.length - shown.length} more are in the log of this step`)}`];
  });
}

function annotation(finding: Diagnostic, pathOf: (file: string) => string): string {
  const { severity, file, line, column, rule, message, hint } = finding;
  const properties = [
    ['file', file === '' ? undefined : pathOf(file)],
    ['line', line],
    ['col', column],
    ['title', rule],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${property(String(value))}`]));
  const text = [message, hint].filter((part) => part !== undefined).join('; ');
  return `::${severity} ${properties.join(',')}::${data(text)}`;
}

function data(text: string): string {
  return printableSentence(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
