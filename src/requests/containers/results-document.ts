import { quoteLiteral } from '../../database/database.ts';
import { compressionLiteral, pathLiteral } from './duckdb-source.ts';
import { jsonFieldsSql, jsonFieldNames } from './json-lines.ts';
import type { ContainedFile, Container } from './record-scan.ts';

/**
 * One JSON document over many lines that holds its records in a list `results`, as promptfoo writes the results of an evaluation. A record
 * without a time of its own has the document's.
 */
export const resultsDocument: Container = {
  name: 'a JSON document of results',
  endings: [],
  scan: async (_db, file, fields) => {
    return { sql: jsonFieldsSql(recordsSql(file), fields), furtherUnreadable: async () => 0 };
  },
  couldHold: async () => true,
  fieldNames: async (db, file, records = 1) => await jsonFieldNames(db, recordsSql(file), records),
};

/** How such a document begins: with the id of the evaluation, with its results, or as a summary alone. */
const beginnings = [
  String.raw`"evalId"\s*:\s*(?:null|"[^"]*")\s*,\s*"results"\s*:`,
  String.raw`"results"\s*:\s*\{`,
  String.raw`"version"\s*:\s*\d+\s*,\s*"timestamp"\s*:`,
];
const beginning = new RegExp(String.raw`^\uFEFF?\s*\{\s*(?:${beginnings.join('|')})`, 'u');

/** Whether a text begins like such a document. */
export function isResultsDocument(head: string): boolean {
  return beginning.test(head);
}

/** The largest document, by how much its text may be larger than the file. */
const expansion = { none: 1, gzip: 60, zstd: 60 } as const;
const leastObjectBytes = 16 * 1024 * 1024;
const mostObjectBytes = 2 ** 31 - 1;

function recordsSql(file: ContainedFile & { readonly bytes?: number }): string {
  const { bytes = leastObjectBytes, compression } = file;
  const size = Math.min(mostObjectBytes, Math.max(leastObjectBytes, bytes * expansion[compression] + 1024));
  const document = `SELECT json, CASE WHEN json_type(json, '$.results') = 'OBJECT' THEN json_extract(json, '$.results') ELSE json END AS summary
    FROM read_json_objects(${pathLiteral(file)}, format = 'unstructured', compression = ${compressionLiteral(file)},
      maximum_object_size = ${size}, hive_partitioning = false)`;
  const time = `coalesce(json_extract_string(summary, '$.timestamp'), json_extract_string(json, '$.metadata.evaluationCreatedAt'))`;
  return `SELECT json_merge_patch(json_object(${quoteLiteral('timestamp')}, ${time}), unnest(json_extract(summary, '$.results[*]')))::JSON AS json FROM (${document})`;
}
