/**
 * What a look keeps of the records that it read, so that the same records are known again in other files: sums of the records' hashes by
 * hour, which are the same in any order, and the newest records one by one, since some that belong between them may come after the look.
 */
export interface RecordMarks {
  /** Hash of a constant: another one means that records were hashed in another way, so that nothing can be compared. */
  readonly probe: string;
  /** Times of the first and last record, ISO 8601 in UTC with microseconds. */
  readonly first: string;
  readonly last: string;
  /** Records before this time are marked by blocks, the others one by one; absent where there is no block. */
  readonly until?: string;
  /** How long a block is. */
  readonly per: 'hour' | 'day';
  /** Names of the values that may come later than their record, such as `label`. */
  readonly late: readonly string[];
  /**
   * Each block, the oldest first: its beginning, its records and the sum of their hashes; then of each of `late` how many records have it,
   * the sum of the hashes of those, and `-` or which of the records in the order of time and id have it (their bits, deflated, in base64url).
   */
  readonly blocks: readonly string[];
  /** Each of the newest records: its hash, and that of each of `late`, or `-` where it is missing. */
  readonly newest: readonly string[];
}

/** What became of marked records. */
export interface MarkedSince {
  /** Whether all are there as they were; values that were missing may be there now. */
  readonly contained: boolean;
  /** How many are not there; below 0 where there are more from the marked times. */
  readonly missing: number;
  /** Why they are not contained, as a clause; absent where they are. */
  readonly difference?: string;
}
