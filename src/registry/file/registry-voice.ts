import type { ErrorObject } from 'ajv/dist/2020.js';
import { stepsOf, pointerTo } from '../../documents/json-pointer.ts';
import { schemaAt as partAt, type SchemaNode } from '../../documents/json-schema.ts';
import type { SchemaVoice } from '../../documents/schema-findings.ts';
import { closestTo, didYouMean } from '../../domain/did-you-mean.ts';
import { type Finding, placeText } from './findings.ts';
import { registrySchema } from './registry-schema.ts';

/** What the schema of a registry found, told by the pointer to its place. */
export const registryVoice: SchemaVoice<string, Finding> = {
  placeOf: (pointer) => pointer,
  identityOf: ({ pointer }) => pointer,
  missingKey,
  unknownKey,
  wrongType,
  unknownValue,
  invalidValue,
};

function missingKey(parent: string, key: string, data: unknown): Finding {
  const pointer = pointerTo(parent, key);
  const written = typeof data === 'object' && data !== null ? Object.keys(data) : [];
  const known = Object.keys(schemaAt(parent).properties ?? {});
  const unknown = written.filter((other) => !known.includes(other));
  const meant = closestTo(key, unknown);
  return {
    pointer,
    rule: 'missing-key',
    message:
      meant === undefined ? `${placeText(pointer)} is missing` : `${placeText(pointer)} is missing; found ${meant}`,
    hint: `write ${JSON.stringify(key)}: ${exampleAt(pointer)}`,
  };
}

/** Only where an unknown key would change what is asked of somebody else's server. */
function unknownKey(parent: string, key: string): Finding {
  return {
    pointer: pointerTo(parent, key),
    rule: 'unknown-key',
    message: `${placeText(pointerTo(parent, key))} is not known`,
    hint: didYouMean(key, Object.keys(schemaAt(parent).properties ?? {})),
  };
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text in quotes',
  number: 'a number',
  integer: 'a whole number',
  array: 'a list',
  object: 'an object',
};

function wrongType(pointer: string, [type = '']: readonly string[], data: unknown): Finding {
  return {
    pointer,
    rule: 'wrong-type',
    message: `${subject(pointer)} is ${shown(data)}, not ${typeNames[type] ?? type}`,
    hint: `write ${exampleAt(pointer)}`,
  };
}

function unknownValue(pointer: string, choices: readonly string[], data: unknown): Finding {
  return {
    pointer,
    rule: 'unknown-value',
    message: `${subject(pointer)} cannot be ${shown(data)}`,
    hint: didYouMean(String(data), choices),
  };
}

function invalidValue(pointer: string, { keyword, params, data, message }: ErrorObject): Finding {
  const problems: Readonly<Record<string, string>> = {
    minimum: `${shown(data)}, below ${params['limit']}`,
    maximum: `${shown(data)}, above ${params['limit']}`,
    minLength: 'empty',
    minItems: 'empty',
    minProperties: 'empty',
    uniqueItems: 'a list that names the same thing twice',
    pattern: `${shown(data)}, which is not a valid ${titleAt(pointer)}`,
  };
  return {
    pointer,
    rule: 'invalid-value',
    message: `${subject(pointer)} is ${problems[keyword] ?? `${shown(data)}: ${message ?? keyword}`}`,
    hint: `write ${exampleAt(pointer)}`,
  };
}

function subject(pointer: string): string {
  return pointer === '' ? 'the file' : placeText(pointer);
}

function shown(data: unknown): string {
  if (Array.isArray(data)) return 'a list';
  return typeof data === 'object' && data !== null ? 'an object' : JSON.stringify(data);
}

function titleAt(pointer: string): string {
  return schemaAt(pointer).title?.toLowerCase() ?? stepsOf(pointer).at(-1) ?? 'file';
}

function exampleAt(pointer: string): string {
  return JSON.stringify(schemaAt(pointer).examples?.[0]);
}

function schemaAt(pointer: string): SchemaNode {
  return partAt(registrySchema, stepsOf(pointer));
}
