/** What was read of a file of requests. */
export interface RequestFileFacts {
  /** Relative to the plan's folder; of an object its address. */
  readonly path: string;
  /** Of an object, its ETag; absent where its server gives none. */
  readonly etag?: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Records of the file: its lines or rows, of batches each request. */
  readonly rows: number;
  /** Records that were left out, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Identical copies that were collapsed into one. */
  readonly collapsed: number;
  /** Records that the plan's `where` leaves out; absent where it has none. */
  readonly leftOut?: LeftOutRecords;
  /** Good records of units outside the plan's sample, copies among them; absent where it takes everyone. */
  readonly unsampled?: number;
  /** How the lines became rows, where a line is not always one request. */
  readonly lines?: LineCounts;
}

/** Records that count for nothing, by the plan's own word. */
export interface LeftOutRecords {
  readonly records: number;
  /** How many of them each version answered, where the log tells. */
  readonly versions: Readonly<Record<string, number>>;
}

/**
 * How the lines of a file became records, where a line is not always one request:
 * `lines + unpacked = rows + joined + unmatched`, rows being the requests and what was rejected.
 */
export interface LineCounts {
  readonly lines: number;
  /** Requests that a batch holds beyond its first. */
  readonly unpacked: number;
  /** Lines that became part of another line's request: a response, a shadow's answer, a ground truth, what another component logged. */
  readonly joined: number;
  /** Ground truths whose request is not in the log: it was not sampled, or lies outside these files. */
  readonly unmatched: number;
}

/** A file of golden requests as it was when the candidate answered them. */
export interface GoldenFileFacts {
  /** Relative to the plan's folder. */
  readonly path: string;
  readonly bytes: number;
  /** Hex sha256 of the file. */
  readonly sha256: string;
  readonly requests: number;
}
