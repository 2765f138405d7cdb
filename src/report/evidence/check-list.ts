import type { CheckResult, CheckStatus } from '../../domain/evidence.ts';
import { paragraph, paintOf, type Style } from '../words/style.ts';
import { printableName, printableSentence } from '../words/printable.ts';

const words: Readonly<Record<CheckStatus, string>> = {
  rollback: 'ROLLBACK',
  hold: 'HOLD',
  warn: 'warning',
  pass: 'pass',
  'not-applicable': 'not applicable',
};

/** The checks with what they found: those that hold or warn first, then those that have something to tell. */
export function checkLines(checks: readonly CheckResult[], style: Style): string[] {
  const weighty = checks
    .filter(({ status }) => status === 'rollback' || status === 'hold')
    .concat(checks.filter(({ status }) => status === 'warn'))
    .concat(checks.filter(({ status, told }) => status === 'pass' && told === true));
  return [...weighty, ...checks.filter((check) => !weighty.includes(check))].map((check) => checkLine(check, style));
}

function checkLine({ name, status, detail }: CheckResult, style: Style): string {
  return paragraph(`${painted(status, style)} ${printableName(name)}: ${printableSentence(detail)}`, style, '  ');
}

function painted(status: CheckStatus, style: Style): string {
  const { good, bad, unsure, faint } = paintOf(style);
  const paint = { rollback: bad, hold: bad, warn: unsure, pass: good, 'not-applicable': faint }[status];
  return paint(words[status]);
}
