/** SQL over bodies of comma-separated values: how many requests one holds, what each is, and what each was answered. */

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
export function csvValuesSql(line: string): string {
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

/**
 * What lines of CSV answer, VARCHAR[]: a line each, or of one line for several requests a value each.
 * @param names SQL of the columns' names, where a header gave them; then a line is an object.
 */
export function csvAnswersSql(lines: string, requests: string, names: string | undefined): string {
  if (names !== undefined)
    return `list_transform(${lines}, lambda line: ${csvLineAsObjectSql(names, csvValuesSql('line'))})`;
  return `(CASE WHEN ${requests} > 1 AND len(${lines}) = 1 THEN ${csvValuesSql(`${lines}[1]`)}
    ELSE list_transform(${lines}, lambda line: ${csvAnswerSql('line')}) END)`;
}

/** One line: a single value as it is, several as a JSON array of texts, so that a label called `1.10` stays one. */
function csvAnswerSql(line: string): string {
  return `CASE WHEN contains(${line}, ',') THEN to_json(${csvValuesSql(line)})::VARCHAR ELSE ${csvValueSql(line)} END`;
}

/** A line as an object by column; NULL where it has not a value for each. */
export function csvLineAsObjectSql(names: string, values: string): string {
  return `CASE WHEN len(${values}) = len(${names}) THEN to_json(map(${names}, ${values}))::VARCHAR END`;
}
