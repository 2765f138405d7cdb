/** A stage rests on a replay of what its users did, or on what both versions served. */
export const bases = ['replay', 'live'] as const;
export type Basis = (typeof bases)[number];
