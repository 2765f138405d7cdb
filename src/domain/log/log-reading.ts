import type { Role } from '../role.ts';

/** What the values in a log were taken for, and what of it fits no version of the model. */
export interface LogReading {
  /** True labels; absent where truths are numbers. */
  readonly truths?: HeldLabels;
  /** Recorded answers, of each classification whose answers are the log's. */
  readonly answers: Readonly<Partial<Record<Role, HeldLabels>>>;
  /** How each version's recorded outcomes ended. */
  readonly outcomes: Readonly<Partial<Record<Role, OutcomeReading>>>;
  /** What numbers in the place of an error are; absent where there are none. */
  readonly errorNumbers?: 'http' | 'grpc' | 'flag' | 'code';
  /** Records whose id or unit is a whole number that was stored as a fraction, or has white space around it. */
  readonly respelled: number;
  /** Units of the times that are numbers since 1970. */
  readonly clocks: readonly string[];
  /** Times of the first and the last request, ISO 8601 in UTC; null where there is none. */
  readonly first: string | null;
  readonly last: string | null;
}

/** Labels that were held against those that there are. */
export interface HeldLabels {
  readonly requests: number;
  /** How many of these mean no label. */
  readonly unknown: number;
  /** The most frequent of those, with the label whose letters are nearest. */
  readonly examples: readonly { readonly value: string; readonly requests: number; readonly nearest?: string }[];
}

export interface OutcomeReading {
  readonly requests: number;
  /** Answers that could not be read. */
  readonly unreadable: number;
  /** The most frequent of those, as far as it is told; absent where nothing was told. */
  readonly unread?: string;
  /** Of these, answers with a score outside [0, 1], and those without the score that a threshold needs; absent where there are none. */
  readonly outOfRange?: number;
  readonly unscored?: number;
  readonly failed: number;
  /** Requests whose place of an error holds a status of HTTP. */
  readonly statuses: number;
  /** The most frequent failure; absent where there is none. */
  readonly mostly?: string;
}

/** Whether most of a version's answers mean no label: then it is the log that is misread, and not the version that fails. */
export function areMisread({ requests, unknown }: HeldLabels): boolean {
  return 2 * unknown > requests;
}
