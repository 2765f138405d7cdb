import type { SchemaNode } from '../../documents/json-schema.ts';
import schema from '../evidence.schema.json' with { type: 'json' };

/** The JSON Schema (2020-12) of evidence, as it ships for other tools. */
export const evidenceSchema: SchemaNode = schema;
