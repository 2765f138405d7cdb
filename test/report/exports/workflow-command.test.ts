import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../../src/domain/errors.ts';
import { workflowCommands } from '../../../src/report/exports/workflow-command.ts';

function commands(...findings: readonly Partial<Diagnostic>[]): readonly string[] {
  const whole = findings.map((finding): Diagnostic => ({
    severity: 'error',
    rule: 'rule',
    file: 'a.yaml',
    message: 'm',
    ...finding,
  }));
  return workflowCommands(whole, (file) => file);
}

test('a finding stands on its line', () => {
  expect(commands({ line: 3, column: 7, message: 'weight: 10 is not a fraction', hint: 'write 10%' })).toEqual([
    '::error file=a.yaml,line=3,col=7,title=rule::weight: 10 is not a fraction; write 10%25',
  ]);
});

test('one without a place has none', () => {
  expect(commands({ severity: 'warning', file: '', message: 'no log' })).toEqual(['::warning title=rule::no log']);
});

describe('what a log or a plan says cannot be a command or a property', () => {
  test.each([
    ['a colon and a comma in a file', { file: 'a:b,c.yaml' }, '::error file=a%3Ab%2Cc.yaml,title=rule::m'],
    ['percent signs', { message: '100%0A' }, '::error file=a.yaml,title=rule::100%250A'],
    [
      'line ends',
      { message: 'a\n::set-output name=x::y\r\nb' },
      String.raw`::error file=a.yaml,title=rule::a\n:\x3aset-output name=x:\x3ay\r\nb`,
    ],
    ['colours', { message: '\u001B[31mred' }, String.raw`::error file=a.yaml,title=rule::\x1b[31mred`],
    ['the end of the properties', { rule: 'x::y' }, String.raw`::error file=a.yaml,title=x%3A\x3ay::m`],
  ])('%s', (_title, finding, expected) => {
    expect(commands(finding)).toEqual([expected]);
  });

  test('ten thousand characters', () => {
    const [line = ''] = commands({ message: 'x'.repeat(10_000) });
    expect(line.length).toBeLessThan(1000);
  });
});

test('of more than GitHub shows, the last says how many are missing, for each kind', () => {
  const many = Array.from({ length: 14 }, (_, line): Partial<Diagnostic> => ({
    line,
    severity: line < 12 ? 'error' : 'warning',
  }));
  const lines = commands(...many);
  expect(lines).toHaveLength(12);
  expect(lines[9]).toBe('::error::3 more are in the log of this step');
  expect(lines[10]).toMatch(/^::warning file=a.yaml,line=12/u);
});
