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

/** The checks: those that hold, warn or have something to tell with what they found, the rest in one line unless all are asked for. */
export function checkLines(checks: readonly CheckResult[], verbose: boolean, style: Style): string[] {
  const weighty = checks
    .filter(({ status }) => status === 'rollback' || status === 'hold')
    .concat(checks.filter(({ status }) => status === 'warn'))
    .concat(checks.filter(({ status, told }) => status === 'pass' && told === true));
  const quiet = checks.filter((check) => !weighty.includes(check));
  if (verbose) return [...weighty, ...quiet].map((check) => checkLine(check, style));
  return [...weighty.map((check) => checkLine(check, style)), ...summaries(quiet, style)];
}

function checkLine({ name, status, detail }: CheckResult, style: Style): string {
  return paragraph(`${painted(status, style)} ${printableName(name)}: ${printableSentence(detail)}`, style, '  ');
}

function summaries(checks: readonly CheckResult[], style: Style): string[] {
  const statuses = (['pass', 'not-applicable'] as const).filter((status) =>
    checks.some((check) => check.status === status),
  );
  return statuses.map((status) => {
    const names = checks.filter((check) => check.status === status).map(({ name }) => printableName(name));
    return paragraph(`${painted(status, style)}: ${names.join(', ')}`, style, '  ');
  });
}

function painted(status: CheckStatus, style: Style): string {
  const { good, bad, unsure, faint } = paintOf(style);
  const paint = { rollback: bad, hold: bad, warn: unsure, pass: good, 'not-applicable': faint }[status];
  return paint(words[status]);
}
