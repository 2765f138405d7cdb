import type { ErrorObject } from 'ajv/dist/2020.js';
import { closestTo, didYouMean, writeOneOf } from '../../domain/did-you-mean.ts';
import { pathText, type Finding } from '../../documents/findings.ts';
import { stepsOf } from '../../documents/json-pointer.ts';
import { schemaFindings } from '../../documents/schema-findings.ts';
import { exampleAt, knownKeys, schemaAt } from './plan-schema.ts';
import { shown } from './quantity.ts';
import { nodeAt, type TreeNode, type TreePath } from '../../documents/tree.ts';

/** What the schema of a plan found, told as a plan is written: `key: value`. */
export function planFindings(root: TreeNode, errors: readonly ErrorObject[]): Finding[] {
  return withoutMisspelt(
    schemaFindings<TreePath, Finding>(errors, {
      placeOf: (pointer) => pathOfPointer(root, pointer),
      identityOf: ({ path }) => JSON.stringify(path),
      missingKey,
      unknownKey,
      wrongType: (path, types) => wrongType(root, path, types),
      unknownValue: (path, choices) => unknownValue(root, path, choices),
      invalidName: invalidDimension,
      invalidValue: (path, error) => invalidValue(root, path, error),
    }),
  );
}

/** A key that is missing because it is misspelt is one mistake, not two. */
function withoutMisspelt(findings: readonly Finding[]): Finding[] {
  const meant = findings
    .filter(({ rule }) => rule === 'unknown-key')
    .map(({ path }) => [...path.slice(0, -1), closestTo(String(path.at(-1)), knownKeys(path.slice(0, -1)))]);
  const meantPaths = new Set(meant.map((path) => JSON.stringify(path)));
  return findings.filter(({ rule, path }) => rule !== 'missing-key' || !meantPaths.has(JSON.stringify(path)));
}

function pathOfPointer(root: TreeNode, pointer: string): TreePath {
  return stepsOf(pointer).reduce<TreePath>(
    (path, step) => [...path, nodeAt(root, path)?.kind === 'list' ? Number(step) : step],
    [],
  );
}

function unknownKey(parent: TreePath, key: string): Finding {
  const message = parent.length === 0 ? `unknown key ${key}` : `unknown key ${key} in ${pathText(parent)}`;
  const hint = writeOneOf(key, knownKeys(parent));
  return { path: [...parent, key], at: 'key', rule: 'unknown-key', message, hint };
}

function missingKey(parent: TreePath, key: string): Finding {
  const path = [...parent, key];
  const example = exampleAt(path);
  const hint = example === undefined || example.length > 60 ? `write ${key}:` : `write ${key}: ${example}`;
  return { path, rule: 'missing-key', message: `${pathText(path)} is missing`, hint };
}

function invalidDimension(parent: TreePath, name: string): Finding {
  return {
    path: [...parent, name],
    at: 'key',
    rule: 'invalid-name',
    message: `${name} cannot name a dimension`,
    hint: 'write letters, digits, underscores and hyphens, starting with a letter',
  };
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  array: 'a list',
  object: 'a mapping of keys',
};

function wrongType(root: TreeNode, path: TreePath, expected: readonly string[]): Finding {
  const node = nodeAt(root, path);
  const rule = 'wrong-type';
  if (path.length === 0) {
    return { path, rule, message: 'a plan is a mapping of keys', hint: 'start with apiVersion: canary/v1' };
  }
  if (node?.kind === 'scalar' && node.value === null) {
    return { path, rule, message: `${pathText(path)} has no value`, hint: exampleHint(path) };
  }
  if (node?.kind === 'scalar' && expected.includes('string') && typeof node.value !== 'string') {
    const kind = typeof node.value === 'number' ? 'a number' : 'true or false';
    const hint = `write ${assigned(path, `"${node.written}"`)}`;
    return { path, rule, message: `${assigned(path, node.written)} is read as ${kind}`, hint };
  }
  const wanted = expected.map((each) => typeNames[each] ?? each).join(' or ');
  const digits = expected.includes('integer') ? digitsOf(nodeText(node)) : undefined;
  const hint = digits === undefined ? exampleHint(path) : `write ${assigned(path, digits)}`;
  return { path, rule, message: `${assigned(path, nodeText(node))} is not ${wanted}`, hint };
}

/** The digits of a number written with separators, `2_000` or `2'000`. */
function digitsOf(written: string): string | undefined {
  return /^\d{1,3}(?:[_,' ]\d{3})+$/u.test(written) ? written.replaceAll(/\D/gu, '') : undefined;
}

function unknownValue(root: TreeNode, path: TreePath, choices: readonly string[]): Finding {
  const written = nodeText(nodeAt(root, path));
  const message = `${assigned(path, written)} is not ${choices.length === 1 ? 'known' : 'one of the choices'}`;
  return { path, rule: 'unknown-value', message, hint: didYouMean(written, choices) };
}

function invalidValue(root: TreeNode, path: TreePath, error: ErrorObject): Finding {
  const written = assigned(path, nodeText(nodeAt(root, path)));
  const limit = shown(error.params['limit']);
  const problems: Readonly<Record<string, string>> = {
    minimum: `${written} is below ${limit}`,
    maximum: `${written} is above ${limit}`,
    exclusiveMinimum: `${written} is not above ${limit}`,
    exclusiveMaximum: `${written} is not below ${limit}`,
    minLength: `${pathText(path)} is empty`,
    minItems: `${pathText(path)} is empty`,
    uniqueItems: `${pathText(path)} names the same thing twice`,
  };
  const message = problems[error.keyword] ?? `${written} is not ${describedAs(path)}`;
  const hint =
    error.keyword === 'minItems' ? `write at least one: - ${exampleAt([...path, 0]) ?? ''}` : exampleHint(path);
  return { path, rule: 'invalid-value', message, hint };
}

function describedAs(path: TreePath): string {
  const { title } = schemaAt(path);
  return title === undefined ? 'valid' : `a valid ${title.toLowerCase()}`;
}

function exampleHint(path: TreePath): string {
  const example = exampleAt(path);
  return example === undefined ? 'see the schema for what belongs here' : `write ${assigned(path, example)}`;
}

/** `key: value`, or the value alone where it is an item of a list. */
function assigned(path: TreePath, value: string): string {
  const key = path.at(-1);
  return typeof key === 'string' ? `${key}: ${value}` : value;
}

function nodeText(node: TreeNode | undefined): string {
  if (node?.kind === 'scalar') return node.written;
  return node?.kind === 'list' ? 'a list' : 'a mapping';
}
