/**
 * Where what was read from log files is kept, so that the next look reads only what is new. A file of it is believed where it bears the seal
 * of the same user on the same machine and of the same canary, and anything else is as if it were not there.
 */
export interface KeptRowsPlace {
  /** Absolute path; made where it is not there. */
  readonly folder: string;
  /** What seals are made with, which nobody else knows. */
  readonly secret: Buffer;
  /** Of canary. */
  readonly version: string;
  /** Reads every log from its files, and keeps what it read. */
  readonly fresh: boolean;
  /** Told why something that is kept is not used. */
  readonly say: (line: string) => void;
  /** A log of fewer bytes is read again as soon, and is not kept. */
  readonly leastBytes: number;
  /** Bytes that all of it may take; what was not used for the longest time goes first. */
  readonly mostBytes: number;
}
