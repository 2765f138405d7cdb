/** What may stand between the values of a row; the one that the header has most of does. */
const delimiters = [',', ';', '\t', '|'] as const;

export interface CsvHeader {
  readonly names: readonly string[];
  readonly delimiter: string;
}

/** Reads the header line of a CSV file. */
export function csvHeader(line: string): CsvHeader {
  const readings = delimiters.map((delimiter) => ({ delimiter, names: splitHeader(line, delimiter) }));
  return readings.reduce((best, reading) => (reading.names.length > best.names.length ? reading : best));
}

function splitHeader(line: string, delimiter: string): string[] {
  const names: string[] = [];
  let name = '';
  let quoted = false;
  let closed = false;
  for (const character of line.replace(/\r$/u, '')) {
    if (character === '"') {
      // A quote right behind a closing one is a quote of the name, and the name goes on.
      if (closed) name += '"';
      closed = quoted;
      quoted = !quoted;
      continue;
    }
    closed = false;
    if (character === delimiter && !quoted) {
      names.push(name);
      name = '';
    } else {
      name += character;
    }
  }
  return [...names, name];
}
