/** SQL over bodies of JSON: how many requests one holds, what each is, and what each was answered. docs/request-formats.md has the shapes. */

/** The elements of a JSON array at a path, VARCHAR[] of JSON texts. */
function elements(json: string, path = '$'): string {
  return `json_extract(${json}, '${path}[*]')::VARCHAR[]`;
}

function isArray(json: string, path: string): string {
  return `json_type(${json}, '${path}') = 'ARRAY'`;
}

function isObject(json: string, path: string): string {
  return `json_type(${json}, '${path}') = 'OBJECT'`;
}

function isNull(json: string, path: string): string {
  return `coalesce(json_type(${json}, '${path}') = 'NULL', false)`;
}

/** The requests that a JSON body holds, VARCHAR[] of JSON texts. */
export function jsonInstancesSql(text: string): string {
  return `(CASE
    WHEN ${text} LIKE '{%' THEN CASE
      WHEN ${isArray(text, '$.instances')} THEN ${elements(text, '$.instances')}
      WHEN ${isArray(text, '$.dataframe_records')} THEN ${elements(text, '$.dataframe_records')}
      WHEN ${isArray(text, '$.dataframe_split.data')} THEN ${namedRowsSql(text, '$.dataframe_split.data', '$.dataframe_split.columns')}
      WHEN ${isArray(text, '$.inputs[0].shape')} THEN ${tensorRowsSql(text, '$.inputs')}
      WHEN ${isArray(text, '$.inputs')} THEN ${elements(text, '$.inputs')}
      WHEN ${isObject(text, '$.inputs')} AND ${areColumns(text, '$.inputs')} THEN ${columnRowsSql(text, '$.inputs')}
      WHEN ${isArray(text, '$.data.ndarray')} THEN ${seldonRowsSql(text)}
      WHEN ${isArray(text, '$.data.tensor.shape')} THEN ${seldonTensorSql(text)}
      ELSE [${text}] END
    WHEN json_type(${text}, '$[0]') IN ('ARRAY', 'OBJECT') THEN ${elements(text)}
    ELSE [${text}] END)`;
}

/**
 * What a JSON body answers, VARCHAR[] of JSON texts, one per request. Where there are several outputs, each answer is an object with
 * what every output says of the request.
 * @param requests SQL of how many requests were asked; NULL where nobody knows.
 */
export function jsonAnswersSql(text: string, requests: string): string {
  return `(CASE
    WHEN ${text} LIKE '{%' THEN CASE
      WHEN ${isArray(text, '$.predictions')} THEN ${elements(text, '$.predictions')}
      WHEN ${isArray(text, '$.outputs[0].shape')} THEN ${tensorRowsSql(text, '$.outputs')}
      WHEN ${isArray(text, '$.outputs')} THEN ${elements(text, '$.outputs')}
      WHEN ${isObject(text, '$.outputs')} AND ${areColumns(text, '$.outputs')} THEN ${columnRowsSql(text, '$.outputs')}
      WHEN ${isArray(text, '$.data.ndarray')} THEN ${seldonRowsSql(text)}
      WHEN ${isArray(text, '$.data.tensor.shape')} THEN ${seldonTensorSql(text)}
      WHEN ${isNull(text, '$.predictions')} OR ${isNull(text, '$.outputs')} THEN ['null']
      ELSE [${text}] END
    WHEN ${text} LIKE '[%' AND (json_array_length(${text}) = ${requests} OR coalesce(${requests}, 0) <> 1)
      THEN ${elements(text)}
    ELSE [${text}] END)`;
}

/** Rows with their columns' names apart, each as an object by column; NULL where a row has not a value for each, or two columns have one name. */
function namedRowsSql(text: string, data: string, names: string): string {
  const columns = `json_extract_string(${text}, '${names}[*]')`;
  const cells = `json_extract(row, '$[*]')`;
  const rows = `json_extract(${text}, '${data}[*]')`;
  return `(CASE WHEN len(list_filter(${rows}, lambda row: len(${cells}) <> len(${columns}))) = 0
    THEN TRY(list_transform(${rows}, lambda row: to_json(map(${columns}, ${cells}))::VARCHAR)) END)`;
}

/** Whether an object is columns of one length: of each, one value per request. */
function areColumns(text: string, path: string): string {
  const lengths = `list_transform(${columnsSql(text, path)}, lambda values: CASE WHEN json_type(values) = 'ARRAY' THEN json_array_length(values) ELSE -1 END)`;
  return `(list_min(${lengths}) > 0 AND list_min(${lengths}) = list_max(${lengths}))`;
}

/** The values of an object, JSON[]. */
function columnsSql(text: string, path: string): string {
  return `json_extract(${text}, '${path}.*')`;
}

/** Columns by name, each row as an object by column. */
function columnRowsSql(text: string, path: string): string {
  const columns = columnsSql(text, path);
  const cells = `list_transform(${columns}, lambda values: json_extract(values, row))`;
  return `list_transform(range(json_array_length(${columns}[1])::BIGINT), lambda row: to_json(map(json_keys(${text}, '${path}'), ${cells}))::VARCHAR)`;
}

/** Rows of the tensors of the Open Inference Protocol (KServe V2), each as an object by tensor; NULL where two have one name. */
function tensorRowsSql(text: string, path: string): string {
  const tensors = `json_extract(${text}, '${path}[*]')`;
  const rows = `(json_extract(${text}, '${path}[0].shape[0]')::INTEGER)`;
  const names = `list_transform(${tensors}, lambda tensor: json_extract_string(tensor, '$.name'))`;
  const slices = `list_transform(${tensors}, lambda tensor: ${sliceSql(`json_extract(tensor, '$.data[*]')`, rows)})`;
  return `TRY(list_transform(range(${rows}), lambda row: to_json(map(${names}, ${slices}))::VARCHAR))`;
}

/** The values of one row (`row`, from 0) of data that is flat, or nested by row. */
function sliceSql(data: string, rows: string): string {
  const width = `(len(${data}) // ${rows})`;
  return `${data}[row * ${width} + 1 : (row + 1) * ${width}]`;
}

/** Seldon's rows: objects by column where the body names the columns, and not by `t:0`, `t:1`, … as Seldon does without names. */
function seldonRowsSql(text: string): string {
  const names = `json_extract_string(${text}, '$.data.names[*]')`;
  const areNamed = `coalesce(len(${names}) > 0 AND ${names}[1] NOT LIKE 't:%' AND len(${names}) = json_array_length(${text}, '$.data.ndarray[0]'), false)`;
  return `(CASE WHEN ${areNamed} THEN ${namedRowsSql(text, '$.data.ndarray', '$.data.names')} ELSE ${elements(text, '$.data.ndarray')} END)`;
}

function seldonTensorSql(text: string): string {
  const rows = `(json_extract(${text}, '$.data.tensor.shape[0]')::INTEGER)`;
  const slice = sliceSql(`json_extract(${text}, '$.data.tensor.values[*]')`, rows);
  return `list_transform(range(${rows}), lambda row: to_json(${slice})::VARCHAR)`;
}
