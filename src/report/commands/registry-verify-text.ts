import type { UserError } from '../../domain/errors.ts';
import { formatCount } from '../../domain/format-number.ts';
import { userErrorText } from '../words/findings-text.ts';
import { page, paintOf, type Style } from '../words/style.ts';
import { printableName } from '../words/printable.ts';

/** What verifying a model's registry found. */
export interface Verification {
  readonly model: string;
  /** Null where the file could not be read. */
  readonly revision: number | null;
  /** How many artifacts were hashed. */
  readonly artifacts: number;
  readonly problems: readonly UserError[];
}

/** One line for each model that is as it should be, and everything that is not. */
export function verificationText(verifications: readonly Verification[], style: Style): string {
  const { good } = paintOf(style);
  return page(
    verifications.map(({ model, revision, artifacts, problems }) => {
      if (problems.length > 0) return problems.map((problem) => userErrorText(problem, style)).join('\n');
      const hashed = artifacts === 1 ? '1 artifact' : `${formatCount(artifacts)} artifacts`;
      return `${good('ok')} ${printableName(model)}: revision ${revision}, history, traffic and ${hashed}`;
    }),
  );
}

/** The same for programs. */
export function verificationJson(verifications: readonly Verification[]): unknown {
  return verifications.map(({ problems, ...rest }) => ({
    ...rest,
    ok: problems.length === 0,
    problems: problems.flatMap(({ message, diagnostics }) =>
      diagnostics.length === 0
        ? [message]
        : diagnostics.map(({ file, line, column, message: found }) => `${file}:${line}:${column} ${found}`),
    ),
  }));
}
