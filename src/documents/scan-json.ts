import type { Diagnostic } from '../domain/errors.ts';
import { pointerTo } from './json-pointer.ts';

/** Where a value stands in a JSON text, in UTF-16 units from the start; `key` is where its key stands, if it has one. */
export interface JsonPlace {
  readonly value: number;
  readonly key?: number;
}

export type ScannedJson =
  | {
      readonly ok: true;
      /** JSON pointer (RFC 6901) to the place of that value. */
      readonly places: ReadonlyMap<string, JsonPlace>;
      /** Keys that their object has already, which JSON.parse would drop without a word. */
      readonly repeatedKeys: readonly { readonly name: string; readonly key: number }[];
    }
  | {
      readonly ok: false;
      /** Where the text stops being JSON. */
      readonly offset: number;
      /** What should stand there. */
      readonly expected: string;
    };

/**
 * Finds where each value of a JSON text (RFC 8259) stands, or where the text stops being JSON. JSON.parse gives the
 * values; it says neither where they are nor, of many mistakes, where the mistake is.
 */
export function scanJson(text: string): ScannedJson {
  const scanner = new JsonScanner(text);
  try {
    scanner.scan();
  } catch (error) {
    if (error instanceof UnexpectedText) return { ok: false, offset: error.offset, expected: error.expected };
    throw error;
  }
  return { ok: true, places: scanner.places, repeatedKeys: scanner.repeatedKeys };
}

/** What is wrong at an offset of a text, located as an editor locates it. */
export function diagnosticAt(
  file: string,
  text: string,
  offset: number,
  finding: Pick<Diagnostic, 'rule' | 'message' | 'hint'>,
): Diagnostic {
  const before = text.slice(0, offset).split('\n');
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  const lineText = text.split('\n')[line - 1]?.replace(/\r$/u, '') ?? '';
  return { severity: 'error', file, line, column, lineText, ...finding };
}

/** A file of canary is a few levels deep; without a limit, a file of brackets could exhaust the stack. */
const deepest = 200;

const space = /[ \t\n\r]*/y;
// oxlint-disable-next-line no-control-regex -- JSON's grammar forbids control characters in strings by their codes
const string = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const literal = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

class UnexpectedText extends Error {
  readonly offset: number;
  readonly expected: string;

  constructor(offset: number, expected: string) {
    super(`expected ${expected}`);
    this.offset = offset;
    this.expected = expected;
  }
}

class JsonScanner {
  readonly places = new Map<string, JsonPlace>();
  readonly repeatedKeys: { name: string; key: number }[] = [];
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  scan(): void {
    this.scanValue('', {}, 0);
    if (this.next() !== '') this.fail('the end of the file');
  }

  private scanValue(pointer: string, key: { readonly key?: number }, depth: number): void {
    const first = this.next();
    if (depth > deepest) this.fail(`at most ${deepest} levels of nesting`);
    this.places.set(pointer, { value: this.at, ...key });
    if (first === '{') this.scanMembers(pointer, depth);
    else if (first === '[') this.scanItems(pointer, depth);
    else if (this.take(string) === undefined && this.take(literal) === undefined) this.fail('a value');
  }

  private scanMembers(pointer: string, depth: number): void {
    this.at += 1;
    if (this.skip('}')) return;
    do {
      this.next();
      const key = this.at;
      const written = this.take(string);
      if (written === undefined) this.fail('a key in double quotes');
      const name = String(JSON.parse(written));
      const member = pointerTo(pointer, name);
      if (this.places.has(member)) this.repeatedKeys.push({ name, key });
      if (!this.skip(':')) this.fail('a colon after the key');
      this.scanValue(member, { key }, depth + 1);
    } while (this.skip(','));
    if (!this.skip('}')) this.fail('a comma or a closing brace');
  }

  private scanItems(pointer: string, depth: number): void {
    this.at += 1;
    if (this.skip(']')) return;
    let index = 0;
    do {
      this.scanValue(pointerTo(pointer, index), {}, depth + 1);
      index += 1;
    } while (this.skip(','));
    if (!this.skip(']')) this.fail('a comma or a closing bracket');
  }

  /** The next character that is no white space; empty at the end. */
  private next(): string {
    this.take(space);
    return this.text.charAt(this.at);
  }

  private skip(character: string): boolean {
    if (this.next() !== character) return false;
    this.at += 1;
    return true;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private fail(expected: string): never {
    throw new UnexpectedText(this.at, expected);
  }
}
