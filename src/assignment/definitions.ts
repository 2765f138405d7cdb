import type { SchemeName } from '../domain/exposure/assignment.ts';
import { type DefinitionReader, type FlagDefinition, Unreadable, type WantedFlag } from './definitions/definition.ts';
import { readFlagd } from './definitions/flagd.ts';
import { readGrowthbook } from './definitions/growthbook.ts';
import { readLaunchdarkly } from './definitions/launchdarkly.ts';
import { readOptimizely } from './definitions/optimizely.ts';
import { readUnleash } from './definitions/unleash.ts';

/** The schemes whose system has a definition of the flag that can be read. */
export const definitionReaders: Readonly<Partial<Record<SchemeName, DefinitionReader>>> = {
  flagd: readFlagd,
  'flagd-legacy': readFlagd,
  'flagd-cbor': readFlagd,
  unleash: readUnleash,
  growthbook: readGrowthbook,
  launchdarkly: readLaunchdarkly,
  optimizely: readOptimizely,
};

/** Reads a flag's definition, in JSON. @returns why it cannot be used, as a clause that follows the file's name, where it cannot */
export function readDefinition(
  scheme: SchemeName,
  text: string,
  wanted: WantedFlag,
): FlagDefinition | { readonly problem: string } {
  const read = definitionReaders[scheme];
  if (read === undefined) return { problem: `is not read: ${scheme} has no flags` };
  try {
    return read(JSON.parse(text), wanted);
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    if (error instanceof SyntaxError) return { problem: 'is not JSON' };
    throw error;
  }
}
