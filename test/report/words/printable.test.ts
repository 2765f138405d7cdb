import * as fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { printableName, printableSentence } from '../../../src/report/words/printable.ts';

test.each([
  ['a plain name', 'locale de-DE/Zürich 東京', 'locale de-DE/Zürich 東京'],
  ['a colour sequence', '\u001b[31mred\u001b[0m', String.raw`\x1b[31mred\x1b[0m`],
  ['line ends and tabs', 'a\r\nb\tc', String.raw`a\r\nb\tc`],
  ['a right-to-left override', 'user\u202Etxt.exe', String.raw`user\u{202e}txt.exe`],
  ['a zero-width space', 'a\u200Bb', String.raw`a\u{200b}b`],
  ['a line separator', 'a\u2028b', String.raw`a\u{2028}b`],
  ['a bell and a C1 control', '\u0007\u009B2J', String.raw`\x07\x9b2J`],
  ['half a surrogate pair', '\uD800x', String.raw`\u{d800}x`],
  ['a GitHub workflow command', '::set-output name=x::y', String.raw`:\x3aset-output name=x:\x3ay`],
  ['a GitHub command of the older form', '##[error]x', String.raw`#\x23[error]x`],
  ['an Azure logging command', '##vso[task.complete]', String.raw`#\x23vso[task.complete]`],
])('%s is shown and does nothing', (_, text, shown) => {
  expect(printableName(text)).toBe(shown);
});

test('a long name ends in an ellipsis within 60 columns', () => {
  expect(printableName('x'.repeat(60))).toBe('x'.repeat(60));
  expect(printableName('x'.repeat(61))).toBe(`${'x'.repeat(59)}…`);
  expect(stringWidth(printableName('東'.repeat(10_000)))).toBeLessThanOrEqual(60);
});

test('ten thousand combining marks end like any long text', () => {
  expect(printableName(`a${'\u0301'.repeat(10_000)}`).length).toBeLessThanOrEqual(60);
});

test('no text keeps a control character or begins a command, whatever it holds', () => {
  const hostile = fc.string({ unit: 'binary', maxLength: 900 });
  const nasty = fc.string({ unit: fc.constantFrom(':', '#', '[', 'e', '\u001b', '\n', '\u202E', '\u0301') });
  fc.assert(
    fc.property(fc.oneof(hostile, nasty), (text) => {
      const shown = printableSentence(text);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u);
      expect(shown).not.toMatch(/::[a-z]|##\[|##vso\[/iu);
      expect(shown).not.toContain('\n');
    }),
  );
});
