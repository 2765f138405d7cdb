import { type Role, roles } from '../role.ts';

/** What stands for `baseline` or `candidate` in the id of a query. */
export const roleInId = '$role';

/** The id of one version's answer. */
export function answerId(written: string, role: Role): string {
  return written.replaceAll(roleInId, role);
}

/** The ids of both versions' answers. */
export function answerIds(written: string): readonly string[] {
  return roles.map((role) => answerId(written, role));
}
