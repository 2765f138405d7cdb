import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { stringify } from 'yaml';
import schema from '../rollout-plan.schema.json' with { type: 'json' };
import type { TreePath } from '../../documents/tree.ts';
import type { WrittenPlan } from './written-plan.ts';

/** A part of the schema, with what it points to merged in. */
export type SchemaPart = Readonly<Record<string, unknown>>;

let validator: ValidateFunction<WrittenPlan> | undefined;

/** Checks a plain value against the schema; the errors are empty exactly when the value is a written plan. */
export function checkSchema(
  value: unknown,
): { readonly written: WrittenPlan } | { readonly errors: readonly ErrorObject[] } {
  validator ??= new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, verbose: true }).compile(schema);
  return validator(value) ? { written: value } : { errors: validator.errors ?? [] };
}

/** The part of the schema that describes the value at a path of the plan; empty for a key that the schema lacks. */
export function schemaAt(path: TreePath): SchemaPart {
  return path.reduce<SchemaPart>((part, step) => {
    if (typeof step === 'number') return resolved(part['items']);
    const known = asPart(part['properties'])[step];
    return resolved(known ?? part['additionalProperties']);
  }, schema);
}

/** The keys that the schema knows below a path. */
export function knownKeys(path: TreePath): readonly string[] {
  return Object.keys(asPart(schemaAt(path)['properties'])).filter((key) => key !== '$schema');
}

/** The first example of the value at a path, as it would be written in a plan; undefined where there is none. */
export function exampleAt(path: TreePath): string | undefined {
  const examples = schemaAt(path)['examples'];
  if (!Array.isArray(examples) || examples.length === 0) return undefined;
  return stringify(examples[0], { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}

function resolved(part: unknown): SchemaPart {
  const own = asPart(part);
  const reference = own['$ref'];
  if (typeof reference !== 'string') return own;
  return { ...asPart(asPart(schema.$defs)[reference.replace('#/$defs/', '')]), ...own };
}

function asPart(value: unknown): SchemaPart {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
