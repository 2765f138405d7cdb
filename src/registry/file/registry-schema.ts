import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { ModelRegistry } from '../../domain/registry.ts';
import schema from '../registry.schema.json' with { type: 'json' };

/** As much of a JSON Schema as the order and the names of an object's keys are taken from. */
export interface SchemaNode {
  readonly title?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly examples?: readonly unknown[];
}

/** The JSON Schema (2020-12) of a registry file, as it ships for editors and other tools. */
export const registrySchema: SchemaNode = schema;

/** A registry file that the schema allows. What a person starting one by hand may leave out is optional. */
export type WrittenRegistry = Pick<ModelRegistry, 'schemaVersion' | 'model' | 'revision' | 'versions'> &
  Partial<Pick<ModelRegistry, 'aliases' | 'traffic' | 'rollouts' | 'history'>>;

let validator: ValidateFunction<WrittenRegistry> | undefined;

/** Checks a value against the schema; the errors are empty exactly when the value is a written registry. */
export function checkSchema(
  value: unknown,
): { readonly written: WrittenRegistry } | { readonly errors: readonly ErrorObject[] } {
  validator ??= new Ajv2020({ strict: true, allErrors: true, verbose: true }).compile<WrittenRegistry>(schema);
  return validator(value) ? { written: value } : { errors: validator.errors ?? [] };
}

/** The part of the schema for a member (a key) or an item (an index) of what a part describes; empty where it is silent. */
export function schemaOf(part: SchemaNode, step: string | number): SchemaNode {
  if (typeof step === 'number') return resolved(part.items ?? {});
  const { properties = {}, additionalProperties: others } = part;
  if (Object.hasOwn(properties, step)) return resolved(properties[step] ?? {});
  return resolved(typeof others === 'object' ? others : {});
}

function resolved(part: SchemaNode): SchemaNode {
  const name = part.$ref?.replace('#/$defs/', '');
  return name === undefined ? part : (registrySchema.$defs?.[name] ?? {});
}
