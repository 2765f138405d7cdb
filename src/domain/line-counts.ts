/**
 * How the lines of a file became records, where a line is not always one request:
 * `lines + unpacked = rows + joined + unmatched`, rows being the requests and what was rejected.
 */
export interface LineCounts {
  readonly lines: number;
  /** Requests that a batch holds beyond its first. */
  readonly unpacked: number;
  /** Lines that became part of another line's request: a response, a shadow's answer, a ground truth. */
  readonly joined: number;
  /** Ground truths whose request is not in the log: it was not sampled, or lies outside these files. */
  readonly unmatched: number;
}
