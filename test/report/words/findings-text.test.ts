import { expect, test } from 'vitest';
import { type Diagnostic, invalidInput, unusableFile } from '../../../src/domain/errors.ts';
import { diagnosticText, userErrorText } from '../../../src/report/words/findings-text.ts';
import { columns } from '../example-evidence.ts';

const weight: Diagnostic = {
  severity: 'error',
  rule: 'weight',
  file: 'rollouts/a.yaml',
  line: 14,
  column: 29,
  lineText: '  - { name: canary, weight: 10 }',
  message: 'weight: 10 is not a fraction.',
  hint: 'write 0.1 or 10%',
};

function textOf(diagnostic: Diagnostic): string {
  return diagnosticText(diagnostic, columns(80));
}

test('a finding names its place, what is wrong, what to write, and marks the column', () => {
  expect(textOf(weight)).toBe(
    [
      'rollouts/a.yaml:14:29 weight: 10 is not a fraction; write 0.1 or 10%',
      '  14 |   - { name: canary, weight: 10 }',
      '     |                             ^',
    ].join('\n'),
  );
});

test('a warning says that it is one', () => {
  const { hint, ...withoutHint } = weight;
  expect(hint).toBeDefined();
  expect(textOf({ ...withoutHint, severity: 'warning' })).toMatch(
    /^rollouts\/a\.yaml:14:29 warning weight: 10 is not a fraction\.\n/u,
  );
});

test('a finding without a place has none', () => {
  expect(textOf({ severity: 'error', rule: 'x', file: 'a.yaml', message: 'it is empty' })).toBe('a.yaml it is empty');
});

test('the mark stands under the place after wide characters and escapes', () => {
  const lineText = '東\u001b x: y';
  const [, line, mark] = textOf({ ...weight, lineText, column: lineText.indexOf('x') + 1 }).split('\n');
  expect(line).toBe(String.raw`  14 | 東\x1b x: y`);
  expect(mark).toBe(`     |${' '.repeat(1 + 2 + 4 + 1)}^`);
});

test('a long line is cut to the part around the mark', () => {
  const lineText = `${'a'.repeat(500)}HERE${'b'.repeat(500)}`;
  const [, line = '', mark = ''] = textOf({ ...weight, lineText, column: 501 }).split('\n');
  expect(line.length).toBeLessThanOrEqual(80);
  expect(line.slice(mark.indexOf('^'))).toMatch(/^HEREb/u);
});

test('what stands in a file cannot command the terminal', () => {
  const text = textOf({ ...weight, lineText: '\u001b[2Jx', column: 5, message: 'unknown key "\u001b]0;x\u0007"' });
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[^\n\P{C}]/u);
});

test('an error is told with its findings first, then its message and its hint, without a stack', () => {
  const error = invalidInput('The plan rollouts/a.yaml has 1 error.', {
    hint: 'Nothing was done.',
    diagnostics: [weight],
  });
  expect(userErrorText(error, columns(80)).split('\n').slice(3)).toEqual([
    'error The plan rollouts/a.yaml has 1 error.',
    '  Nothing was done.',
  ]);
});

test('what a message quotes on lines of its own is marked as quoted', () => {
  const error = unusableFile('The program does not work.\nVerdict: INCREASE\n::set-output x', { hint: 'Try it.' });
  expect(userErrorText(error, columns(80))).toBe(
    'error The program does not work.\n  | Verdict: INCREASE\n  | :\\x3aset-output x\n  Try it.',
  );
});
