import type { LogSource } from '../table/live-split.ts';
import { unusableFile } from '../../domain/errors.ts';
import { quoteLiteral } from '../../database/database.ts';
import { nameOfLog } from './answers/answer-errors.ts';

/**
 * Leaves one component's lines in the table `events`, where several tell of the same requests: a transformer's body is not
 * the predictor's, and a pair of the two would compare nothing.
 * @returns the number of other components' lines of each file, by its index.
 * @throws UserError (exit 5) where there are several and the plan names none, or one that is not there.
 */
export async function leaveOneComponent({
  db,
  options: { component },
  files,
}: LogSource): Promise<ReadonlyMap<number, number>> {
  const rows = await db.rows(`SELECT component, count(*) AS lines FROM events WHERE nullif(component, '') IS NOT NULL
    GROUP BY component ORDER BY lines DESC, component`);
  const names = rows.map((row) => String(row['component']));
  const log = nameOfLog(files);
  if (component === undefined) {
    if (names.length < 2) return new Map();
    throw unusableFile(`${log}: ${names.join(' and ')} tell of the same requests`, {
      hint: `write under requests: component: ${names[0]}, or whichever of ${names.join(', ')} is to be judged`,
    });
  }
  if (!names.includes(component)) {
    throw unusableFile(`${log}: no line is of the component ${component}`, {
      hint: names.length === 0 ? 'delete component: the log names none' : `write component: ${names.join(' or ')}`,
    });
  }
  const isOther = `component IS DISTINCT FROM ${quoteLiteral(component)} AND kind IN ('request', 'response', 'exchange')`;
  const left = await db.columns(`SELECT file, count(*) AS lines FROM events WHERE ${isOther} GROUP BY file`);
  await db.run(`DELETE FROM events WHERE ${isOther}`);
  const lines = left.numbers('lines');
  return new Map([...left.numbers('file')].map((file, row) => [file, lines[row] ?? 0]));
}
