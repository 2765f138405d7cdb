import { createRequire } from 'node:module';
import type { SchemaNode } from '../../documents/json-schema.ts';

/** The JSON Schema (2020-12) of evidence, as it ships for other tools. */
export const evidenceSchema: SchemaNode = createRequire(import.meta.url)('../evidence.schema.json');
