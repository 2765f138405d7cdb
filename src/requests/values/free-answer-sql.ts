import type { FreeKind } from '../../domain/scores/free-answer.ts';

/**
 * SQL of the text that a recorded answer of a free kind is compared as, NULL where it is none: see `readFreeAnswer`. JSON keeps the order of
 * its keys. An empty text is an answer.
 */
export function freeAnswerSql(prediction: string, kind: FreeKind): string {
  const isJson = `json_valid(${prediction})`;
  const member = (name: string) =>
    `CASE WHEN ${prediction} LIKE '{%' AND ${isJson} THEN json_extract(${prediction}, '/${name}') END`;
  switch (kind) {
    case 'text':
      return `coalesce(CASE WHEN json_type(${member('text')}) = 'VARCHAR' THEN json_extract_string(${prediction}, '/text') END, ${prediction})`;
    case 'ranking': {
      const list = `coalesce(${member('ranking')}, CASE WHEN ${prediction} LIKE '[%' AND ${isJson} THEN json(${prediction}) END)`;
      const scalars = `len(list_filter(from_json(${list}, '["JSON"]'), lambda id: json_type(id) IN ('ARRAY', 'OBJECT', 'NULL', 'BOOLEAN'))) = 0`;
      const ids = `from_json(${list}, '["VARCHAR"]')`;
      return `CASE WHEN json_type(${list}) = 'ARRAY' AND ${scalars} AND len(list_distinct(${ids})) = len(${ids}) THEN to_json(${ids})::VARCHAR END`;
    }
    case 'json':
      return `CASE WHEN ${isJson} THEN nullif(json(${prediction})::VARCHAR, 'null') ELSE to_json(nullif(${prediction}, ''))::VARCHAR END`;
  }
}
