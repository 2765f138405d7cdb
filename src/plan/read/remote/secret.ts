import { type Finding, secretRule } from '../../../documents/findings.ts';
import { child, isEmpty, nodeAt, textOf, type TreeNode, type TreePath } from '../../../documents/tree.ts';
import type { FromEnvironment } from '../../../domain/remote/secret.ts';
import type { SectionReading } from '../section.ts';

/**
 * Reads what only the environment may hold: `{ env: NAME }`. A text in its place is a secret written down, which is told without
 * being repeated.
 */
export function readSecret(
  root: TreeNode,
  path: TreePath,
  example: string,
): SectionReading<FromEnvironment | undefined> {
  const node = nodeAt(root, path);
  if (node === undefined || isEmpty(node)) return { value: undefined, findings: [] };
  if (node.kind === 'scalar') return { value: undefined, findings: [literalSecret(path, example)] };
  const name = textOf(child(node, 'env'));
  return { value: name === undefined ? undefined : { env: name }, findings: [] };
}

/** What a secret that is written in a plan is told. */
export function literalSecret(path: TreePath, example: string): Finding {
  return {
    path,
    // The line would be shown with what is written in it.
    at: 'key',
    rule: secretRule,
    message: `${String(path.at(-1))} is a secret, which must not be in a plan`,
    hint: `write ${String(path.at(-1))}: { env: ${example} } and set the variable where canary runs`,
  };
}

/** What an address is told that is written in a plan with what only the environment may hold. @param instead what to write */
export function secretAddress(path: TreePath, instead: string): Finding {
  const name = typeof path.at(-1) === 'number' ? path.at(-2) : path.at(-1);
  const message = `${String(name)} holds a name, a password or a key, which must not be in a plan`;
  return { path, at: 'key', rule: secretRule, message, hint: `write only the address, and ${instead}` };
}

/** Whether an address carries a name and password, or a query that looks like a key. */
export function holdsSecret(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password, searchParams } = new URL(url);
  const names = [...searchParams.keys()];
  return (
    username !== '' || password !== '' || names.some((name) => /key|token|secret|sig|pass|credential/iu.test(name))
  );
}
