import { quoteLiteral } from '../database.ts';
import { pathOf } from '../../domain/log/record-path.ts';
import { jsonTextSql } from '../formats/json-path.ts';

/**
 * SQL over the payloads of serving systems: how many requests a body holds, what each is, and what each was answered.
 * A payload is text, and `csv` a condition under which it is comma-separated values and not JSON.
 */

/** What a number looks like in JSON (RFC 8259). */
const jsonNumber = String.raw`-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?`;
/** A line of RFC 4180: line ends inside quotes belong to a value. */
const quotedLine = String.raw`(?:"(?:[^"]|"")*"|[^"\r\n])+`;
/** A value of RFC 4180 with the comma behind it. */
const quotedValue = String.raw`("(?:[^"]|"")*"|[^,]*),`;

/** The lines of comma-separated values, VARCHAR[]. Blank lines are none. What is common goes the ways that are fast. */
export function csvLinesSql(text: string): string {
  const isOneLine = `NOT contains(${text}, chr(10)) AND NOT contains(${text}, chr(13))`;
  const plainLines = `list_filter(string_split(replace(${text}, chr(13), ''), chr(10)), lambda line: line <> '')`;
  return `(CASE WHEN ${isOneLine} THEN [${text}] WHEN NOT contains(${text}, '"') THEN ${plainLines}
    ELSE regexp_extract_all(${text}, '${quotedLine}') END)`;
}

/** A value of CSV without its quotes, or the spaces around it. */
function csvValueSql(value: string): string {
  return `CASE WHEN ${value} LIKE '"%' THEN replace(${value}[2:-2], '""', '"') WHEN contains(${value}, ' ') THEN trim(${value}) ELSE ${value} END`;
}

/** The values of one line of CSV, VARCHAR[], without their quotes. */
function csvValuesSql(line: string): string {
  return `(CASE WHEN contains(${line}, '"') THEN list_transform(regexp_extract_all(${line} || ',', '${quotedValue}', 1), lambda value: ${csvValueSql('value')})
    ELSE list_transform(string_split(${line}, ','), lambda value: ${csvValueSql('value')}) END)`;
}

/** A line of CSV as a JSON array of its values, numbers as numbers. */
export function csvLineAsJsonSql(line: string): string {
  const value = `CASE WHEN regexp_full_match(value, '${jsonNumber}') THEN value ELSE to_json(value)::VARCHAR END`;
  const values = `array_to_string(list_transform(${csvValuesSql(line)}, lambda value: ${value}), ',')`;
  // Rows of features are numbers throughout, and then the line is the array's inside already.
  return `(CASE WHEN regexp_full_match(${line}, '(?:${jsonNumber},)*${jsonNumber}') THEN '[' || ${line} || ']' ELSE '[' || ${values} || ']' END)`;
}

/** The elements of a JSON array at a path, VARCHAR[] of JSON texts. */
function elements(json: string, path = '$'): string {
  return `json_extract(${json}, '${path}[*]')::VARCHAR[]`;
}

/** The requests that a JSON body holds, VARCHAR[] of JSON texts; see docs/request-formats.md for the shapes. */
export function jsonInstancesSql(text: string): string {
  const isArray = (path: string) => `json_type(${text}, '${path}') = 'ARRAY'`;
  return `(CASE
    WHEN ${text} LIKE '{%' THEN CASE
      WHEN ${isArray('$.instances')} THEN ${elements(text, '$.instances')}
      WHEN ${isArray('$.dataframe_records')} THEN ${elements(text, '$.dataframe_records')}
      WHEN ${isArray('$.dataframe_split.data')} THEN ${splitFrameSql(text)}
      WHEN ${isArray('$.inputs[0].shape')} THEN ${tensorInstancesSql(text)}
      WHEN ${isArray('$.inputs')} THEN ${elements(text, '$.inputs')}
      ELSE [${text}] END
    WHEN json_type(${text}, '$[0]') IN ('ARRAY', 'OBJECT') THEN ${elements(text)}
    ELSE [${text}] END)`;
}

/** Rows of pandas' split orientation, each as an object by column; NULL where a row has not a value for each. */
function splitFrameSql(text: string): string {
  const columns = `json_extract_string(${text}, '$.dataframe_split.columns[*]')`;
  const cells = `json_extract(row, '$[*]')`;
  const rows = `json_extract(${text}, '$.dataframe_split.data[*]')`;
  return `(CASE WHEN len(list_filter(${rows}, lambda row: len(${cells}) <> len(${columns}))) = 0
    THEN list_transform(${rows}, lambda row: to_json(map(${columns}, ${cells}))::VARCHAR) END)`;
}

/** Rows of the tensors of the Open Inference Protocol (KServe V2), each as an object by tensor. */
function tensorInstancesSql(text: string): string {
  const tensors = `json_extract(${text}, '$.inputs[*]')`;
  const rows = `(json_extract(${text}, '$.inputs[0].shape[0]')::INTEGER)`;
  const names = `list_transform(${tensors}, lambda tensor: json_extract_string(tensor, '$.name'))`;
  const slices = `list_transform(${tensors}, lambda tensor: ${tensorRowSql('tensor', rows)})`;
  return `list_transform(range(${rows}), lambda row: to_json(map(${names}, ${slices}))::VARCHAR)`;
}

/** The values of one row (`row`, from 0) of a tensor whose data is flat, or nested by row. */
function tensorRowSql(tensor: string, rows: string): string {
  const data = `json_extract(${tensor}, '$.data[*]')`;
  const width = `(len(${data}) // ${rows})`;
  return `${data}[row * ${width} + 1 : (row + 1) * ${width}]`;
}

/**
 * What a JSON body answers, VARCHAR[] of JSON texts, one per request.
 * @param requests SQL of how many requests were asked; NULL where nobody knows.
 */
export function jsonAnswersSql(text: string, requests: string): string {
  const isArray = (path: string) => `json_type(${text}, '${path}') = 'ARRAY'`;
  const rows = `(json_extract(${text}, '$.outputs[0].shape[0]')::INTEGER)`;
  const tensor = `list_transform(range(${rows}),
    lambda row: to_json(${tensorRowSql(`json_extract(${text}, '$.outputs[0]')`, rows)})::VARCHAR)`;
  return `(CASE
    WHEN ${text} LIKE '{%' THEN CASE
      WHEN ${isArray('$.predictions')} THEN ${elements(text, '$.predictions')}
      WHEN ${isArray('$.outputs[0].shape')} THEN ${tensor}
      WHEN ${isArray('$.outputs')} THEN ${elements(text, '$.outputs')}
      ELSE [${text}] END
    WHEN ${text} LIKE '[%' AND (json_array_length(${text}) = ${requests} OR coalesce(${requests}, 0) <> 1)
      THEN ${elements(text)}
    ELSE [${text}] END)`;
}

/** What lines of CSV answer, VARCHAR[]: a line each, or of one line for several requests a value each. */
export function csvAnswersSql(text: string, requests: string): string {
  const lines = csvLinesSql(text);
  return `(CASE WHEN ${requests} > 1 AND len(${lines}) = 1 THEN ${csvValuesSql(`${lines}[1]`)}
    ELSE list_transform(${lines}, lambda line: CASE WHEN contains(line, ',') THEN ${csvLineAsJsonSql('line')} ELSE ${csvValueSql('line')} END) END)`;
}

/**
 * One answer as a prediction of canary's own: a label, a number, or an object with `label` or `scores`. Of an array of
 * numbers these are the labels' probabilities; of one probability, where there are two labels, that of the second.
 * @param path of the prediction inside an answer that is an object.
 */
export function predictionSql(answer: string, labels: readonly string[] | undefined, path: string | undefined): string {
  const object =
    path === undefined
      ? `coalesce(json_extract_string(${answer}, '$.predicted_label'), ${answer})`
      : jsonTextSql(answer, pathOf(path));
  return `(CASE
    WHEN ${answer} LIKE '{%' THEN ${object}
    WHEN ${answer} LIKE '[%' THEN ${vectorSql(answer, labels)}
    WHEN ${answer} LIKE '"%' THEN json_extract_string(${answer}, '$')
    WHEN ${answer} = 'null' THEN NULL
    ELSE ${scalarSql(answer, labels)} END)`;
}

function vectorSql(answer: string, labels: readonly string[] | undefined): string {
  const single = `WHEN json_array_length(${answer}) = 1 THEN ${scalarSql(`json_extract_string(${answer}, '$[0]')`, labels)}`;
  if (labels === undefined) return `CASE ${single} ELSE ${answer} END`;
  const names = `[${labels.map(quoteLiteral).join(', ')}]`;
  const scores = `to_json(map(${names}, json_extract(${answer}, '$[*]')))::VARCHAR`;
  return `CASE ${single} WHEN json_array_length(${answer}) = ${labels.length} THEN '{"scores":' || ${scores} || '}' ELSE ${answer} END`;
}

/** A label or a number as it is, apart from a probability where there are two labels. */
function scalarSql(answer: string, labels: readonly string[] | undefined): string {
  if (labels?.length !== 2) return answer;
  const [negative = '', positive = ''] = labels;
  const number = `try_cast(${answer} AS DOUBLE)`;
  const scores = `to_json(map([${quoteLiteral(negative)}, ${quoteLiteral(positive)}], [1 - ${number}, ${number}]))::VARCHAR`;
  return `(CASE WHEN ${answer} NOT IN (${quoteLiteral(negative)}, ${quoteLiteral(positive)}) AND ${number} BETWEEN 0 AND 1
      THEN '{"scores":' || ${scores} || '}' ELSE ${answer} END)`;
}
