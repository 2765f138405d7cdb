/** Where a record keeps something: a path, or several of which the first that holds something counts. */
export type FieldPaths = string | readonly string[];

/** The paths, in the order in which they are looked at. */
export function eachPath(paths: FieldPaths): readonly string[] {
  return typeof paths === 'string' ? [paths] : paths;
}

/** As a message names them: `user_id or session_id`. */
export function shownPaths(paths: FieldPaths): string {
  return eachPath(paths).join(' or ');
}
