import type { Assignment } from '../domain/exposure/assignment.ts';
import { schemes } from './schemes.ts';

// eslint-disable-next-line no-control-regex
const ascii = /^[\u0000-\u007F]*$/u;

/** Whether a scheme's SDKs put a unit into different buckets, and the plan does not say whose bucket counts. */
export function isAmbiguous({ scheme, encoding }: Assignment, unit: string): boolean {
  return schemes[scheme].encodings === true && encoding === undefined && !ascii.test(unit);
}

/** What is wrong with units of which a scheme's SDKs have different buckets, and what to write. */
export function ambiguousUnits({ scheme }: Assignment, count: number, example: string) {
  const which = count === 1 ? `1 user, ${example}, is` : `${count} users, such as ${example}, are`;
  return {
    message: `${which} not in ASCII, and the SDKs of ${scheme} put such users into different cohorts`,
    hint: 'write encoding: utf16 in assignment where an SDK in JavaScript decides (of growthbook in Python and Go too), and encoding: utf8 where another does',
  };
}
