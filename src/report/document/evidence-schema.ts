import { createRequire } from 'node:module';

/** As much of a JSON Schema as the order of an object's keys is taken from. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

/** The JSON Schema (2020-12) of evidence, as it ships for other tools. */
export const evidenceSchema: SchemaNode = createRequire(import.meta.url)('../evidence.schema.json');
