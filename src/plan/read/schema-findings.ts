import type { ErrorObject } from 'ajv/dist/2020.js';
import { closestTo, didYouMean, writeOneOf } from '../../domain/did-you-mean.ts';
import { pathText, type Finding } from '../../documents/findings.ts';
import { exampleAt, knownKeys, schemaAt } from './plan-schema.ts';
import { shown } from './quantity.ts';
import { nodeAt, type TreeNode, type TreePath } from '../../documents/tree.ts';

/**
 * Says in the plan's words what the schema found.
 * @returns at most one finding per path, since a value of the wrong type breaks every other rule as well.
 */
export function schemaFindings(root: TreeNode, errors: readonly ErrorObject[]): Finding[] {
  const byPath = new Map<string, Finding>();
  for (const error of errors) {
    const finding = explain(root, error);
    if (finding === undefined) continue;
    const key = JSON.stringify(finding.path);
    // A wrong type says more than a value outside an enumeration; the rest come in the schema's order.
    if (!byPath.has(key) || finding.rule === 'wrong-type') byPath.set(key, finding);
  }
  return withoutMisspelt([...byPath.values()]);
}

/** A key that is missing because it is misspelt is one mistake, not two. */
function withoutMisspelt(findings: readonly Finding[]): Finding[] {
  const meant = findings
    .filter(({ rule }) => rule === 'unknown-key')
    .map(({ path }) => [...path.slice(0, -1), closestTo(String(path.at(-1)), knownKeys(path.slice(0, -1)))]);
  const meantPaths = new Set(meant.map((path) => JSON.stringify(path)));
  return findings.filter(({ rule, path }) => rule !== 'missing-key' || !meantPaths.has(JSON.stringify(path)));
}

function explain(root: TreeNode, error: ErrorObject): Finding | undefined {
  const path = pathOfPointer(root, error.instancePath);
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(path, String(error.params['additionalProperty']));
    case 'required':
      return missingKey(path, String(error.params['missingProperty']));
    case 'propertyNames':
      return invalidDimension(path, String(error.params['propertyName']));
    case 'type':
      return wrongType(root, path, error.params['type']);
    case 'enum':
    case 'const':
      return unknownValue(root, path, error);
    default:
      // The pattern of a key is reported once, as propertyNames.
      return error.propertyName === undefined ? invalidValue(root, path, error) : undefined;
  }
}

function pathOfPointer(root: TreeNode, pointer: string): TreePath {
  const path: (string | number)[] = [];
  for (const token of pointer.split('/').slice(1)) {
    const step = token.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(nodeAt(root, path)?.kind === 'list' ? Number(step) : step);
  }
  return path;
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

function wrongType(root: TreeNode, path: TreePath, type: unknown): Finding {
  const expected: unknown[] = Array.isArray(type) ? type : [type];
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
  const wanted = expected.map((each) => typeNames[String(each)] ?? String(each)).join(' or ');
  const digits = expected.includes('integer') ? digitsOf(nodeText(node)) : undefined;
  const hint = digits === undefined ? exampleHint(path) : `write ${assigned(path, digits)}`;
  return { path, rule, message: `${assigned(path, nodeText(node))} is not ${wanted}`, hint };
}

/** The digits of a number written with separators, `2_000` or `2'000`. */
function digitsOf(written: string): string | undefined {
  return /^\d{1,3}(?:[_,' ]\d{3})+$/u.test(written) ? written.replaceAll(/\D/gu, '') : undefined;
}

function unknownValue(root: TreeNode, path: TreePath, error: ErrorObject): Finding | undefined {
  const allowed: unknown = error.keyword === 'const' ? [error.params['allowedValue']] : error.params['allowedValues'];
  const choices = Array.isArray(allowed) ? allowed.map(String) : [];
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
  const title = schemaAt(path)['title'];
  return typeof title === 'string' ? `a valid ${title.toLowerCase()}` : 'valid';
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
