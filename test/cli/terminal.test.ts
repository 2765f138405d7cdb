import { expect, test } from 'vitest';
import { showsUnicode } from '../../src/cli/terminal.ts';

test.each([
  ['a terminal', { TERM: 'xterm-256color' }, true],
  ['a pipe', {}, true],
  ['TERM=dumb', { TERM: 'dumb' }, false],
  ['the Linux console', { TERM: 'linux' }, false],
  ["Windows' old console", { OS: 'Windows_NT' }, false],
  ['Windows Terminal', { OS: 'Windows_NT', WT_SESSION: '1' }, true],
  ['an editor on Windows', { OS: 'Windows_NT', TERM_PROGRAM: 'vscode' }, true],
] as const)('%s %j draws more than ASCII: %s', (_, environment, unicode) => {
  expect(showsUnicode(environment)).toBe(unicode);
});
