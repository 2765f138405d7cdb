import type { Diagnostic } from '../domain/errors.ts';
import { locationOf, type Position } from './source-text.ts';
import { keyPositionOf, positionOf, type TreeNode, type TreePath } from './tree.ts';

/** What is wrong at a path of the plan. */
export interface Finding {
  readonly path: TreePath;
  readonly rule: string;
  readonly severity?: Diagnostic['severity'];
  /** What is wrong, as a clause without a full stop. */
  readonly message: string;
  /** What to write instead, as a clause that can follow a semicolon. */
  readonly hint: string;
  /** Where to point: at the value (unless given), or at the key. */
  readonly at?: 'key' | 'value';
  /** Other paths that this finding explains, so that the schema need not say more about them. */
  readonly explains?: readonly TreePath[];
}

/** Puts findings where they stand in their files: the plan's first, then those of its base files, from top to bottom. */
export function located(root: TreeNode, findings: readonly Finding[]): Diagnostic[] {
  return inReadingOrder(
    root.at.source.file,
    findings.map(({ path, at, severity, ...finding }) => {
      const position: Position = at === 'key' ? keyPositionOf(root, path) : positionOf(root, path);
      return {
        severity: severity ?? 'error',
        rule: finding.rule,
        ...locationOf(position),
        message: finding.message,
        hint: finding.hint,
      };
    }),
  );
}

/** What a secret is told by that is written down. No line that holds one is shown, whatever else is wrong with it. */
export const secretRule = 'literal-secret';

/** Sorts diagnostics by file (the plan's own first), line and column. */
export function inReadingOrder(planFile: string, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const secret = new Set(diagnostics.filter(({ rule }) => rule === secretRule).map(placeOf));
  const shown = diagnostics.map((each) => (secret.has(placeOf(each)) ? withoutLine(each) : each));
  return shown.toSorted(
    (left, right) =>
      Number(left.file !== planFile) - Number(right.file !== planFile) ||
      Number(left.file > right.file) - Number(left.file < right.file) ||
      (left.line ?? 0) - (right.line ?? 0) ||
      (left.column ?? 0) - (right.column ?? 0),
  );
}

function placeOf({ file, line }: Diagnostic): string {
  return `${line} ${file}`;
}

function withoutLine({ lineText: _secret, ...diagnostic }: Diagnostic): Diagnostic {
  return diagnostic;
}

/** A path as a message names it: `stages[1].weight`, indices from 0. */
export function pathText(path: TreePath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}
