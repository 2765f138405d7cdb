import type { DuckDBDataChunk, DuckDBType, DuckDBValue } from '@duckdb/node-api';

/** A result as one array per column. */
export interface ColumnArrays {
  readonly rowCount: number;
  /** A column of numbers or booleans; NULL is NaN. Whole numbers beyond 2^53 lose their last digits. */
  numbers(name: string): Float64Array;
  /** Any column as text; NULL stays null. */
  strings(name: string): (string | null)[];
}

type Column = Float64Array | (string | null)[];

/** Copies chunks of a result into one array per column, numeric columns into typed arrays. */
export function columnArrays(
  names: readonly string[],
  chunks: readonly DuckDBDataChunk[],
  types: readonly DuckDBType[],
): ColumnArrays {
  const rowCount = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
  const columns = new Map<string, Column>();
  for (const [index, name] of names.entries()) {
    const numeric = numericTypes.test(String(types[index]));
    columns.set(name, numeric ? numbersOf(chunks, index, rowCount) : stringsOf(chunks, index));
  }
  return {
    rowCount,
    numbers: (name) => {
      const column = columnNamed(columns, name);
      if (!(column instanceof Float64Array)) throw new RangeError(`the column ${name} holds no numbers`);
      return column;
    },
    strings: (name) => {
      const column = columnNamed(columns, name);
      return column instanceof Float64Array
        ? Array.from(column, (value) => (Number.isNaN(value) ? null : String(value)))
        : column;
    },
  };
}

const numericTypes = /^(?:BOOLEAN|U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*)$/u;

function columnNamed(columns: ReadonlyMap<string, Column>, name: string): Column {
  const column = columns.get(name);
  if (column === undefined) throw new RangeError(`the result has no column ${name}`);
  return column;
}

function numbersOf(chunks: readonly DuckDBDataChunk[], index: number, rowCount: number): Float64Array {
  const numbers = new Float64Array(rowCount);
  let start = 0;
  for (const chunk of chunks) {
    const vector = chunk.getColumnVector(index);
    // Asking a chunk for its size is a call into the library, so it is asked once.
    const { rowCount: rows } = chunk;
    for (let row = 0; row < rows; row += 1) numbers[start + row] = numberOf(vector.getItem(row));
    start += rows;
  }
  return numbers;
}

function numberOf(value: DuckDBValue): number {
  if (typeof value === 'number') return value;
  if (value === null) return Number.NaN;
  // Decimals print as plain digits, so that their text is their number.
  return typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : Number(value.toString());
}

function stringsOf(chunks: readonly DuckDBDataChunk[], index: number): (string | null)[] {
  const strings: (string | null)[] = [];
  for (const chunk of chunks) {
    const vector = chunk.getColumnVector(index);
    const { rowCount } = chunk;
    for (let row = 0; row < rowCount; row += 1) {
      const value = vector.getItem(row);
      strings.push(value === null || typeof value === 'string' ? value : value.toString());
    }
  }
  return strings;
}
