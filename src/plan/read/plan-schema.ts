import type { ErrorObject } from 'ajv/dist/2020.js';
import { stringify } from 'yaml';
import schema from '../rollout-plan.schema.json' with { type: 'json' };
import { schemaAt as partAt, type SchemaNode } from '../../documents/json-schema.ts';
import type { TreePath } from '../../documents/tree.ts';
import { planValidator } from '../plan-validator.ts';

/** Where editors find the schema of this version. */
export const planSchemaUrl = schema.$id;

/** What the schema has against a plain value; empty exactly where the value has the form of a plan. */
export function schemaErrors(value: unknown): readonly ErrorObject[] {
  const validator = planValidator();
  return validator(value) ? [] : (validator.errors ?? []);
}

/** The part of the schema that describes the value at a path of the plan; empty for a key that the schema lacks. */
export function schemaAt(path: TreePath): SchemaNode {
  return partAt(schema, path);
}

/** The keys that the schema knows below a path. */
export function knownKeys(path: TreePath): readonly string[] {
  return Object.keys(schemaAt(path).properties ?? {}).filter((key) => key !== '$schema');
}

/** The first example of the value at a path, as it would be written in a plan; undefined where there is none. */
export function exampleAt(path: TreePath): string | undefined {
  const [example] = schemaAt(path).examples ?? [];
  if (example === undefined) return undefined;
  return stringify(example, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}
