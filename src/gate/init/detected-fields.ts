import type { LatencyField } from '../../domain/log/latency-field.ts';
import type { FieldRole } from './field-names.ts';

/** Where a log seems to keep one thing. */
export interface DetectedField {
  readonly path: string;
  /** Of a latency where it is not milliseconds at the path. */
  readonly latency?: LatencyField;
  /** Up to three of the most frequent values. */
  readonly examples: readonly string[];
  /** Whether a name says so, or a person did; else only the values fit. */
  readonly sure: boolean;
}

/** Where a log seems to keep what; absent for what nothing looks like. */
export type FieldGuesses = Readonly<Partial<Record<FieldRole, DetectedField>>>;

export interface DetectedFields {
  /** Where no field holds a time, one with times in a writing that canary does not read. */
  readonly unreadTime?: { readonly path: string; readonly example: string };
  readonly found: FieldGuesses;
  /** Fields that something which was not found, or not surely, may be in. */
  readonly candidates: Readonly<Partial<Record<FieldRole, readonly string[]>>>;
  /** Dimension to path. */
  readonly segments: Readonly<Record<string, string>>;
}
