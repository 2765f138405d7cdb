import { LineCounter } from 'yaml';

/** The text of a plan or base file, with the path that messages show. */
export interface SourceText {
  /** As the user wrote it, or joined from what the user wrote. */
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
}

/** A place in a source text: `offset` counts UTF-16 units from the start. */
export interface Position {
  readonly source: SourceText;
  readonly offset: number;
}

/** A place as an editor shows it; line and column start at 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly lineText: string;
}

/** A value of a base file that the file which extends it replaces. */
export interface ReplacedValue {
  /** `statistics.confidence`, `guardrails.accuracy`. */
  readonly key: string;
  readonly own: WrittenValue;
  readonly defaults: WrittenValue;
}

export interface WrittenValue {
  readonly value: unknown;
  /** As messages show it. */
  readonly file: string;
  readonly line: number;
}

/** Wraps a file's text; a byte order mark is dropped so that columns agree with the editor's. */
export function sourceText(file: string, text: string): SourceText {
  return { file, text: text.startsWith('\uFEFF') ? text.slice(1) : text, lines: new LineCounter() };
}

/** Line, column and line text of a position, once the text has been parsed. */
export function locationOf({ source, offset }: Position): Location {
  const found = source.lines.linePos(offset);
  // An empty text has no lines to count; its only place is the first.
  const line = Math.max(1, found.line);
  const lineStart = source.lines.lineStarts[line - 1] ?? 0;
  const rest = source.text.slice(lineStart);
  const lineText = /^[^\r\n]*/u.exec(rest)?.[0] ?? '';
  return { file: source.file, line, column: Math.max(1, found.col), lineText };
}
