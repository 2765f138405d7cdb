import { join } from 'node:path';
import { type Cell, type Database, openDatabase } from '../../src/database/database.ts';

/** A customer's question to a bank and which of 77 intents it has. */
export interface Question {
  readonly text: string;
  readonly intent: string;
}

/** What the tests of this folder read, in an order that depends on its content alone. */
export interface SourceData {
  /** Casanueva et al. 2020, Efficient Intent Detection with Dual Sentence Encoders. */
  readonly training: readonly Question[];
  readonly test: readonly Question[];
  /** When requests reached a production service, ascending, as ISO 8601. Patel et al. 2024, Splitwise. */
  readonly arrivals: readonly string[];
}

/**
 * Reads the questions of banking77 and the arrival times of the Azure LLM inference trace for code.
 *
 * @param folder holds `banking77/train.csv`, `banking77/test.csv` and `azure-llm-trace/code.csv`
 * @param tempFolder for the database's temporary files
 */
export async function readSourceData(folder: string, tempFolder: string): Promise<SourceData> {
  const db = await openDatabase({ tempFolder });
  try {
    return {
      training: await readQuestions(db, join(folder, 'banking77/train.csv')),
      test: await readQuestions(db, join(folder, 'banking77/test.csv')),
      arrivals: await readArrivals(db, join(folder, 'azure-llm-trace/code.csv')),
    };
  } finally {
    await db.close();
  }
}

async function readQuestions(db: Database, file: string): Promise<Question[]> {
  const rows = await db.rows(`
    SELECT text, category
    FROM read_csv(${quoted(file)}, header = true, columns = {text: 'VARCHAR', category: 'VARCHAR'})
    ORDER BY text, category`);
  return rows.map((row) => ({ text: textOf(row['text']), intent: textOf(row['category']) }));
}

async function readArrivals(db: Database, file: string): Promise<string[]> {
  const columns = `{TIMESTAMP: 'TIMESTAMP', ContextTokens: 'INTEGER', GeneratedTokens: 'INTEGER'}`;
  const rows = await db.rows(`
    SELECT strftime("TIMESTAMP", '%Y-%m-%dT%H:%M:%S.%fZ') AS arrival
    FROM read_csv(${quoted(file)}, header = true, columns = ${columns})
    ORDER BY arrival`);
  return rows.map((row) => textOf(row['arrival']));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function textOf(cell: Cell | undefined): string {
  if (typeof cell === 'string') return cell;
  throw new TypeError(`expected text, found ${String(cell)}`);
}
