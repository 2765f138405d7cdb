import { UserError } from '../../../domain/errors.ts';
import { writeOneOf } from '../../../domain/did-you-mean.ts';
import {
  type Assignment,
  type AssignmentKey,
  assignmentRules,
  type SchemeName,
  schemeNames,
  unitEncodings,
  type WrittenAssignment,
} from '../../../domain/exposure/assignment.ts';
import { readDefinition } from '../../../assignment/definitions.ts';
import type { Scheme } from '../../../assignment/scheme.ts';
import { schemes } from '../../../assignment/schemes.ts';
import type { Finding } from '../../../documents/findings.ts';
import { child, choiceOf, keysOf, nodeAt, numberOf, textOf, type TreeNode } from '../../../documents/tree.ts';
import type { ReadBase } from '../../extends.ts';
import { planDefaults } from '../defaults.ts';
import { known, type SectionReading, unusedKey } from '../section.ts';

/**
 * Reads who is in the canary: the scheme and what it takes, from the plan or from the flag's own definition.
 * @param readFile reads a file beside the plan. @throws what it throws that is no UserError
 */
export function readAssignment(root: TreeNode, readFile: ReadBase): SectionReading<Assignment | undefined> {
  const node = nodeAt(root, ['assignment']);
  const scheme = choiceOf(child(node, 'scheme'), schemeNames) ?? planDefaults.assignment.scheme;
  const written = writtenOf(node);
  const unused = keysOf(node).flatMap((key) => checkKey(scheme, key));
  const rule = [...checkRule(scheme, schemes[scheme], written), ...checkTotal(scheme, written)];
  const defined = readFileSettings(root, scheme, written, readFile);
  const all = { ...defined.value, ...written };
  const file = textOf(child(node, 'file'));
  const findings = [...unused, ...rule, ...defined.findings];
  // A key that is missing because it is misspelt is one mistake, not two.
  const misspelt = keysOf(node).some((key) => key !== 'scheme' && !isAssignmentKey(key));
  const missing =
    findings.length > 0 || misspelt ? [] : schemes[scheme].missing(all).map((key) => missingKey(scheme, key));
  const name = textOf(nodeAt(root, ['name']));
  return {
    value: name === undefined ? undefined : { scheme, ...schemes[scheme].complete(all, name), ...known({ file }) },
    findings: [...findings, ...missing],
  };
}

function writtenOf(node: TreeNode | undefined): WrittenAssignment {
  const hashVersion = numberOf(child(node, 'hashVersion'));
  return known({
    salt: textOf(child(node, 'salt')),
    flag: textOf(child(node, 'flag')),
    seed: numberOf(child(node, 'seed')),
    rule: choiceOf(child(node, 'rule'), assignmentRules),
    hashVersion: hashVersion === 1 || hashVersion === 2 ? hashVersion : undefined,
    total: numberOf(child(node, 'total')),
    encoding: choiceOf(child(node, 'encoding'), unitEncodings),
  });
}

/** Keys that some scheme takes, and this one does not. What no scheme takes is left to the schema. */
function checkKey(scheme: SchemeName, key: string): Finding[] {
  const { keys, encodings } = schemes[scheme];
  const taken: readonly string[] = [...keys, 'scheme', ...(hasDefinition(scheme) ? ['file'] : [])];
  if (taken.includes(key) || !isAssignmentKey(key)) return [];
  const listed = taken.filter((each) => each !== 'scheme');
  const path = ['assignment', key];
  if (key === 'encoding' && encodings === undefined)
    return [unusedKey(path, `${scheme} reads every unit as UTF-8`, 'delete encoding')];
  return [unusedKey(path, `${scheme} takes no ${key}`, writeOneOf(key, listed))];
}

function isAssignmentKey(key: string): boolean {
  return key === 'file' || Object.values(schemes).some(({ keys }) => keys.some((each) => each === key));
}

function hasDefinition(scheme: SchemeName): boolean {
  return schemes[scheme].keys.includes('flag');
}

function checkRule(name: SchemeName, { rules }: Scheme, { rule }: WrittenAssignment): Finding[] {
  if (rule === undefined || rules === undefined || rules.includes(rule)) return [];
  const message = `rule: ${name} has no ${rule}`;
  return [{ path: ['assignment', 'rule'], rule: 'unknown-value', message, hint: `write ${rules.join(' or ')}` }];
}

/** A rollout of Unleash counts in percents, whatever its variants sum up to. */
function checkTotal(scheme: SchemeName, { total, rule }: WrittenAssignment): Finding[] {
  if (scheme !== 'unleash' || total === undefined || rule === 'variants') return [];
  const hint = 'write rule: variants beside it, or delete total';
  return [unusedKey(['assignment', 'total'], 'only variants of unleash have a total', hint)];
}

const whatFor: Readonly<Partial<Record<AssignmentKey, string>>> = {
  flag: "the flag's key, which is hashed with each unit",
  salt: "the flag's salt, which is hashed with each unit",
};

function missingKey(scheme: SchemeName, key: AssignmentKey): Finding {
  const message = `assignment.${key} is missing: ${scheme} needs ${whatFor[key] ?? 'it'}`;
  const hint = `write ${key}:, or file: and the flag's definition as ${scheme} exports it`;
  return { path: ['assignment', key], rule: 'missing-key', message, hint };
}

/** What the flag's definition says, and where it is of another flag than the plan's. */
function readFileSettings(
  root: TreeNode,
  scheme: SchemeName,
  written: WrittenAssignment,
  readFile: ReadBase,
): SectionReading<WrittenAssignment> {
  const path = ['assignment', 'file'];
  const file = textOf(nodeAt(root, path));
  if (file === undefined || !hasDefinition(scheme)) return { value: {}, findings: [] };
  const failed = (message: string, hint: string): SectionReading<WrittenAssignment> => ({
    value: {},
    findings: [{ path, rule: 'unreadable-flag', message: `file: ${file} ${message}`, hint }],
  });
  const text = textOrFailure(file, readFile);
  if (text instanceof UserError)
    return failed(`cannot be read: ${text.message}`, 'write the path from the plan to what the flag system exports');
  const definition = readDefinition(scheme, text, { flag: written.flag, names: [] });
  if ('problem' in definition)
    return failed(definition.problem, `write the definition of this flag as ${scheme} exports it`);
  return { value: definition.settings, findings: differences(file, written, definition.settings) };
}

function textOrFailure(file: string, readFile: ReadBase): string | UserError {
  try {
    return readFile(file);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function differences(file: string, written: WrittenAssignment, defined: WrittenAssignment): Finding[] {
  return Object.entries(written).flatMap(([key, value]): Finding[] => {
    const own = Object.entries(defined).find(([name]) => name === key)?.[1];
    if (own === undefined || own === value) return [];
    const message = `${key}: ${value}, but ${file} says ${own}`;
    const hint = `write ${key}: ${own}, or delete ${key} and use the definition's`;
    return [{ path: ['assignment', key], rule: 'other-flag', message, hint }];
  });
}
