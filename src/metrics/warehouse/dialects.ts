import type { SqlDialect } from '../../domain/log/warehouse-table.ts';
import { duckdbWhole, type WholeArithmetic } from '../means/whole-sql.ts';

/** How one database writes what the others write otherwise. */
export interface Dialect extends WholeArithmetic {
  /** A name of one part: a column, or a part of a table's name. */
  readonly identifier: (name: string) => string;
  readonly literal: (text: string) => string;
  readonly text: (value: string) => string;
  readonly double: (value: string) => string;
  /** A number of at most 18 digits, rounded to a whole one. */
  readonly whole: (value: string) => string;
  /** A count or a sum of few, as a whole number of 18 digits with a sign. */
  readonly integer: (value: string) => string;
  /** The first 32 bits of a text's MD5, as a whole number that is not negative. */
  readonly md5: (text: string) => string;
}

const quoted = (mark: string) => (name: string) => `${mark}${name.replaceAll(mark, mark + mark)}${mark}`;
const doubled = (text: string) => `'${text.replaceAll("'", "''")}'`;
/** Where a backslash in a text means something. */
const escaped = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
const cast = (type: string) => (value: string) => `CAST(${value} AS ${type})`;
const rounded = (type: string) => (value: string) => `CAST(round(${value}) AS ${type})`;

/** Where a division rounds: what is left over is taken off first, so that nothing is left to round. */
const withoutRest = (above: string, below: string) => `((${above} - mod(${above}, ${below})) / ${below})`;

/** Every dialect, by its name. */
export const dialects: Readonly<Record<SqlDialect, Dialect>> = {
  postgres: {
    identifier: quoted('"'),
    literal: doubled,
    text: cast('text'),
    double: cast('double precision'),
    whole: rounded('bigint'),
    integer: cast('bigint'),
    wide: cast('numeric'),
    quotient: (above, below) => `div(${above}, ${below})`,
    md5: (text) => `CAST(CAST('x' || substr(md5(${text}), 1, 8) AS bit(32)) AS bigint)`,
  },
  duckdb: {
    identifier: quoted('"'),
    literal: doubled,
    text: cast('VARCHAR'),
    double: cast('DOUBLE'),
    whole: rounded('BIGINT'),
    integer: cast('BIGINT'),
    ...duckdbWhole,
    md5: (text) => `CAST('0x' || substr(md5(${text}), 1, 8) AS BIGINT)`,
  },
  bigquery: {
    identifier: quoted('`'),
    literal: escaped,
    text: cast('STRING'),
    double: cast('FLOAT64'),
    whole: rounded('INT64'),
    integer: cast('INT64'),
    wide: cast('BIGNUMERIC'),
    quotient: (above, below) => `DIV(${above}, ${below})`,
    md5: (text) => `CAST(CONCAT('0x', SUBSTR(TO_HEX(MD5(${text})), 1, 8)) AS INT64)`,
  },
  snowflake: {
    // A name in quotes would have to be in capitals where the table was made without quotes, so plain names are left as they are.
    identifier: (name) => (/^[A-Za-z_]\w*$/u.test(name) ? name : quoted('"')(name)),
    literal: (text) => doubled(text.replaceAll('\\', '\\\\')),
    text: cast('VARCHAR'),
    double: cast('DOUBLE'),
    whole: rounded('NUMBER(38, 0)'),
    integer: cast('NUMBER(38, 0)'),
    wide: cast('NUMBER(38, 0)'),
    quotient: withoutRest,
    md5: (text) => `TO_NUMBER(LEFT(MD5(${text}), 8), 'XXXXXXXX')`,
  },
  clickhouse: {
    identifier: quoted('`'),
    literal: escaped,
    text: cast('Nullable(String)'),
    double: cast('Nullable(Float64)'),
    whole: rounded('Nullable(Int64)'),
    integer: cast('Int64'),
    wide: (value) => `toInt256(${value})`,
    quotient: (above, below) => `intDiv(${above}, ${below})`,
    md5: (text) => `toInt64(reinterpretAsUInt32(reverse(substring(MD5(assumeNotNull(${text})), 1, 4))))`,
  },
  trino: {
    identifier: quoted('"'),
    literal: doubled,
    text: cast('VARCHAR'),
    double: cast('DOUBLE'),
    whole: rounded('BIGINT'),
    integer: cast('BIGINT'),
    wide: cast('DECIMAL(38, 0)'),
    quotient: withoutRest,
    md5: (text) => `from_base(substr(to_hex(md5(to_utf8(${text}))), 1, 8), 16)`,
  },
  spark: {
    identifier: quoted('`'),
    literal: escaped,
    text: cast('STRING'),
    double: cast('DOUBLE'),
    whole: rounded('BIGINT'),
    integer: cast('BIGINT'),
    wide: cast('DECIMAL(38, 0)'),
    quotient: withoutRest,
    md5: (text) => `CAST(conv(substr(md5(${text}), 1, 8), 16, 10) AS BIGINT)`,
  },
};
