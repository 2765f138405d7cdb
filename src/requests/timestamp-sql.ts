/** Seconds from here on (the year 5138) are read as milliseconds, and from a thousand times this on as nothing. */
const mostSeconds = 1e11;

/** ISO 8601 date and time, extended or basic, to the minute at least. */
const iso = String.raw`^\d{4}-?\d\d-?\d\d[Tt ]\d\d:?\d\d(:?\d\d([.,]\d+)?)?\s*([Zz]|[+-]\d\d(:?\d\d)?)?$`;

/**
 * SQL that turns text into a TIMESTAMP in UTC: ISO 8601 with `Z`, an offset or neither (then UTC), or a number of Unix
 * seconds or milliseconds. NULL for anything else; see `plausibleTimeSql` for what still gets through.
 */
export function timestampSql(text: string): string {
  const number = `try_cast(${text} AS DOUBLE)`;
  const microseconds = `round(${number} * CASE WHEN ${number} < ${mostSeconds} THEN 1e6 ELSE 1e3 END)::BIGINT`;
  // The first branch is what nearly every log has, and takes a quarter of the time of the others.
  return `CASE
    WHEN length(${text}) = 24 AND ${text} LIKE '%Z' THEN try_cast(${text} AS TIMESTAMP)
    WHEN ${number} >= 0 AND ${number} < ${mostSeconds * 1e3} THEN make_timestamp(${microseconds})
    ELSE coalesce(${zonedSql(text)}, CASE WHEN regexp_matches(${text}, '${iso}') THEN ${zonedSql(extendedFormSql(text))} END)
  END`;
}

/** Condition under which a parsed time can be a request's: infinities and years before Christ are times to DuckDB too. */
export function plausibleTimeSql(time: string): string {
  return `${time} BETWEEN TIMESTAMP '1970-01-01 00:00:00' AND TIMESTAMP '9999-12-31 23:59:59'`;
}

/** This cast honours an offset; the faster one to a plain time drops it. */
function zonedSql(text: string): string {
  return `try_cast(try_cast(${text} AS TIMESTAMPTZ) AS TIMESTAMP)`;
}

/** Rewrites what DuckDB does not know of ISO 8601 (the basic format, no seconds, a comma, a small z) to what it does. */
function extendedFormSql(text: string): string {
  const replacements = [
    [String.raw`^(\d{4})-?(\d\d)-?(\d\d). ?(\d\d):?(\d\d)`, String.raw`\1-\2-\3 \4:\5`],
    [String.raw`^(.{16})(\d\d)`, String.raw`\1:\2`],
    [String.raw`^(.{16})([^:]|$)`, String.raw`\1:00\2`],
  ];
  const extended = replacements.reduce((sql, [from, to]) => `regexp_replace(${sql}, '${from}', '${to}')`, text);
  return `translate(${extended}, ',z', '.Z')`;
}
