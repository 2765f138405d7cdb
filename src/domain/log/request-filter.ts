/** What a field of a record is compared with; null stands for a field that is not there, is null or is empty. */
export type FilterValue = string | number | boolean | null;

/** What one field must be for a record to count; every part that is there must hold. */
export interface FieldCondition {
  /** Path of the field. */
  readonly field: string;
  /** One of these. */
  readonly is?: readonly FilterValue[];
  /** None of these. */
  readonly not?: readonly FilterValue[];
  /** A text that begins so. */
  readonly prefix?: string;
}

/** Which records of a log count; the others are left out, which is not the same as rejected. Every condition must hold. */
export type RequestFilter = readonly FieldCondition[];
