/** The two versions that a rollout compares. */
export const roles = ['baseline', 'candidate'] as const;
export type Role = (typeof roles)[number];
