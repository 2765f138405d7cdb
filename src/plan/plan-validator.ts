import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import schema from './rollout-plan.schema.json' with { type: 'json' };

export { schema };
export const options: Options = { strict: true, allErrors: true, allowUnionTypes: true, verbose: true };

let validator: ValidateFunction | undefined;

/** Tells whether a value has the form of a plan. The build puts the compiled validator in the place of this module. */
export function planValidator(): ValidateFunction {
  return (validator ??= new Ajv2020(options).compile(schema));
}
