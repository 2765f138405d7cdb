import type { ErrorObject } from 'ajv/dist/2020.js';
import type { SchemaNode } from '../../documents/json-schema.ts';
import schema from '../registry.schema.json' with { type: 'json' };
import { registryValidator, type WrittenRegistry } from './registry-validator.ts';

/** The JSON Schema (2020-12) of a registry file, as it ships for editors and other tools. */
export const registrySchema: SchemaNode = schema;

/** Checks a value against the schema; the errors are empty exactly when the value is a written registry. */
export function validateSchema(
  value: unknown,
): { readonly written: WrittenRegistry } | { readonly errors: readonly ErrorObject[] } {
  const validator = registryValidator();
  return validator(value) ? { written: value } : { errors: validator.errors ?? [] };
}
