import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { SchemaNode } from '../../documents/json-schema.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import schema from '../registry.schema.json' with { type: 'json' };

/** The JSON Schema (2020-12) of a registry file, as it ships for editors and other tools. */
export const registrySchema: SchemaNode = schema;

/** A registry file that the schema allows. What a person starting one by hand may leave out is optional. */
export type WrittenRegistry = Pick<ModelRegistry, 'schemaVersion' | 'model' | 'revision' | 'applied' | 'versions'> &
  Partial<Pick<ModelRegistry, 'aliases' | 'traffic' | 'rollouts' | 'history'>>;

let validator: ValidateFunction<WrittenRegistry> | undefined;

/** Checks a value against the schema; the errors are empty exactly when the value is a written registry. */
export function checkSchema(
  value: unknown,
): { readonly written: WrittenRegistry } | { readonly errors: readonly ErrorObject[] } {
  validator ??= new Ajv2020({ strict: true, allErrors: true, verbose: true }).compile<WrittenRegistry>(schema);
  return validator(value) ? { written: value } : { errors: validator.errors ?? [] };
}
