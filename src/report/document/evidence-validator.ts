import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Evidence } from '../../domain/evidence.ts';
import { evidenceSchema as schema } from './evidence-schema.ts';

export { schema };
// strictRequired would forbid alternatives that only differ in which keys they need.
export const options: Options = { strict: true, strictRequired: false, allErrors: true };

let validator: ValidateFunction<Evidence> | undefined;

/** Tells whether a value is evidence. The build puts the compiled validator in the place of this module. */
export function evidenceValidator(): ValidateFunction<Evidence> {
  return (validator ??= new Ajv2020(options).compile<Evidence>(schema));
}
