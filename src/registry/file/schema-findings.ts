import type { ErrorObject } from 'ajv/dist/2020.js';
import { closestTo, didYouMean } from '../../domain/did-you-mean.ts';
import { type Finding, placeText } from './findings.ts';
import { registrySchema, type SchemaNode, schemaOf } from './registry-schema.ts';
import { pointerTo, stepsOf } from './scan-json.ts';

/**
 * Says in the registry's words what the schema found.
 * @returns at most one finding per place, since a value of the wrong type breaks every other rule as well.
 */
export function schemaFindings(errors: readonly ErrorObject[]): Finding[] {
  const byPlace = new Map<string, Finding>();
  for (const error of errors) {
    // That a condition's branch does not fit is said again by what in the branch does not fit.
    if (error.keyword === 'if') continue;
    const finding = explain(error);
    if (!byPlace.has(finding.pointer) || finding.rule === 'wrong-type') byPlace.set(finding.pointer, finding);
  }
  return [...byPlace.values()];
}

function explain(error: ErrorObject): Finding {
  const { instancePath: pointer, keyword, params, data } = error;
  switch (keyword) {
    case 'required':
      return missingKey(pointer, String(params['missingProperty']), data);
    case 'additionalProperties':
      return unknownKey(pointer, String(params['additionalProperty']));
    case 'type':
      return wrongType(pointer, String(params['type']), data);
    case 'enum':
    case 'const':
      return unknownValue(pointer, params['allowedValues'] ?? [params['allowedValue']], data);
    default:
      return invalidValue(pointer, error);
  }
}

function missingKey(parent: string, key: string, data: unknown): Finding {
  const pointer = pointerTo(parent, key);
  const written = typeof data === 'object' && data !== null ? Object.keys(data) : [];
  const known = Object.keys(schemaAt(parent).properties ?? {});
  const meant = closestTo(
    key,
    written.filter((other) => !known.includes(other)),
  );
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

function wrongType(pointer: string, type: string, data: unknown): Finding {
  return {
    pointer,
    rule: 'wrong-type',
    message: `${subject(pointer)} is ${shown(data)}, not ${typeNames[type] ?? type}`,
    hint: `write ${exampleAt(pointer)}`,
  };
}

function unknownValue(pointer: string, allowed: unknown, data: unknown): Finding {
  const choices = Array.isArray(allowed) ? allowed.map(String) : [];
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

/** The part of the schema that describes the value at a pointer. */
function schemaAt(pointer: string): SchemaNode {
  return stepsOf(pointer).reduce<SchemaNode>(
    (part, step) => schemaOf(part, part.items === undefined ? step : Number(step)),
    registrySchema,
  );
}
