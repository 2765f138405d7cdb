/** Why a record is left out, in the order in which they are looked for: a record counts for the first that holds. */
export const rejectReasons = [
  'unreadable',
  'bad-payload',
  'batch-mismatch',
  'unknown-request',
  'backwards-clock',
  'missing-id',
  'missing-timestamp',
  'bad-timestamp',
  'missing-unit',
  'missing-input',
  'bad-input',
  'missing-served-by',
  'other-version',
  'bad-outcome',
  'conflicting-copies',
] as const;

export type RejectReason = (typeof rejectReasons)[number];

/** What the column `reason` of a record holds: 0 for none. */
export function reasonCode(reason: RejectReason): number {
  return 1 + rejectReasons.indexOf(reason);
}

/** CASE expression that gives the code of the first reason whose condition holds, 0 where none does. */
export function reasonSql(conditions: readonly (readonly [RejectReason, string])[]): string {
  const sorted = conditions.toSorted(([left], [right]) => reasonCode(left) - reasonCode(right));
  const branches = sorted.map(([reason, condition]) => `WHEN ${condition} THEN ${reasonCode(reason)}`);
  return `(CASE ${branches.join(' ')} ELSE 0 END)::UTINYINT`;
}

/** What the column `reason` holds of a record that the plan leaves out, which is no fault of the record. */
export const leftOutCode = 254;

/** How many records are shown for each reason. */
export const examplesEach = 3;
