import type { RecordPath } from '../../domain/log/record-path.ts';
import type { LogFormat } from '../../domain/log/log-format.ts';
import type { WantedField } from '../containers/record-scan.ts';
import type { ReadOptions } from '../values/read-options.ts';
import type { RequestFile } from '../files/request-files.ts';

/**
 * How the log of a serving system is read: which fields a line has, and what it says by them. Lines are of a kind:
 * `exchange` (a request with what came back), `request` and `response` (each a line of its own), `truth` (what would
 * have been right).
 */
export interface ExchangeFormat {
  readonly format: LogFormat;
  /** Whether a line may be an array of records. */
  readonly arrays?: boolean;
  /** Whether a request without a response has failed; else nothing is known of it. */
  readonly silenceIsFailure?: boolean;
  /** The fields of a record that `line` speaks of. */
  fields(options: ReadOptions): readonly WantedField[];
  /** What a line says, as SQL over the columns of those fields. */
  line(options: ReadOptions, file: RequestFile): LineSql;
  /** Where the text at a path is, when it is not simply at that path: inside a header, an attribute, a text of JSON. */
  textAt?(path: string): TextPlace | undefined;
}

/** SQL of VARCHAR unless said otherwise; NULL where a line does not say it. */
export interface LineSql {
  /** Columns that the rest speaks of, so that what takes long is computed once: `SQL AS name`. */
  readonly prepared?: readonly string[];
  /** NULL for a line that is none of this format. */
  readonly kind: string;
  readonly id: string;
  /** What the lines about one request have in common across versions: responses, shadows, truths. */
  readonly pairKey: string;
  readonly servedBy: string;
  readonly timestamp: string;
  /** Milliseconds. */
  readonly latency: string;
  /** Kind of the failure; with it an answer counts for nothing. */
  readonly error: string;
  readonly input: PayloadSql;
  readonly output: PayloadSql;
  /** VARCHAR[], one label per request of the batch. */
  readonly labels: string;
  /** Which component of the service the line is of, where several may tell of one request. */
  readonly component?: string;
}

/** A body. What is not CSV is JSON. */
export interface PayloadSql {
  readonly text: string;
  /** BOOLEAN. */
  readonly csv: string;
}

/** A field to read, and what to make of its text. */
export interface TextPlace {
  readonly path: RecordPath;
  textSql(column: string): string;
}
