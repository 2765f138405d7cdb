import type { Finding } from '../../documents/findings.ts';
import { isEmpty, nodeAt, plainValue, textOf, type TreeNode, type TreePath } from '../../documents/tree.ts';
import type { Reading } from './quantity.ts';

/**
 * What a section of the plan says, and what is wrong with it beyond what the schema tells. What cannot be read, or is not
 * written, is left out of the value: it is the section's meaning only where neither the findings nor the schema object.
 */
export interface SectionReading<Value> {
  readonly value: Value;
  readonly findings: readonly Finding[];
}

interface HowToRead {
  /** The rule that a value breaks that cannot be read. */
  readonly rule?: string;
  /** What a plan that writes nothing means, as a plan would write it. */
  readonly otherwise?: unknown;
}

/** Reads the value at a path; undefined where there is a finding, or nothing is written and nothing stands in for it. */
export function readAt<Value>(
  root: TreeNode,
  path: TreePath,
  read: (written: unknown) => Reading<Value>,
  { rule = 'invalid-value', otherwise }: HowToRead = {},
): SectionReading<Value | undefined> {
  const node = nodeAt(root, path);
  const written = node === undefined ? otherwise : plainValue(node);
  if (written === undefined || isEmpty(node)) return { value: undefined, findings: [] };
  const result = read(written);
  if (result.ok) return { value: result.value, findings: [] };
  const message = `${path.at(-1)}: ${result.problem}`;
  return { value: undefined, findings: [{ path, rule, message, hint: result.hint }] };
}

/** Reads the text at a path; what is not a text is left to the schema. */
export function readTextAt<Value>(
  root: TreeNode,
  path: TreePath,
  read: (written: string) => Reading<Value>,
  rule: string,
): SectionReading<Value | undefined> {
  const text = textOf(nodeAt(root, path));
  return text === undefined ? { value: undefined, findings: [] } : readAt(root, path, () => read(text), { rule });
}

type Known<Fields> = { readonly [Key in keyof Fields]: Exclude<Fields[Key], undefined> };

/** The fields that are not undefined. */
export function known<Fields extends object>(fields: Fields): Partial<Known<Fields>>;
export function known(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A section of its fields and of those of the optional ones that are known; undefined where one that it needs is not. */
export function sectionOf<Needed extends object, Optional extends object>(
  needed: Needed,
  optional?: Optional,
): (Known<Needed> & Partial<Known<Optional>>) | undefined;
export function sectionOf(needed: object, optional: object = {}): object | undefined {
  return Object.values(needed).includes(undefined) ? undefined : { ...needed, ...known(optional) };
}

/** A key that means nothing where it stands. */
export function unusedKey(path: TreePath, message: string, hint: string): Finding {
  return { path, at: 'key', rule: 'unused-key', message, hint };
}
