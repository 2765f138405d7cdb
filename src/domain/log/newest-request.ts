/** The newest request of a file, and when the file was last written, by the clock of whoever keeps it. Times are ISO 8601 in UTC. */
export interface NewestRequest {
  /** As evidence names the file. */
  readonly path: string;
  readonly at: string;
  /** Absent where nobody tells. */
  readonly written?: string;
}
