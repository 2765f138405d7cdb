import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import type { ModelRegistry } from '../../domain/registry.ts';
import schema from '../registry.schema.json' with { type: 'json' };

export { schema };
export const options: Options = { strict: true, allErrors: true, verbose: true };

/** A registry file that the schema allows. What a person starting one by hand may leave out is optional. */
export type WrittenRegistry = Pick<ModelRegistry, 'schemaVersion' | 'model' | 'revision' | 'applied' | 'versions'> &
  Partial<Pick<ModelRegistry, 'aliases' | 'traffic' | 'rollouts' | 'history'>>;

let validator: ValidateFunction<WrittenRegistry> | undefined;

/** Tells whether a value is a written registry. The build puts the compiled validator in the place of this module. */
export function registryValidator(): ValidateFunction<WrittenRegistry> {
  return (validator ??= new Ajv2020(options).compile<WrittenRegistry>(schema));
}
