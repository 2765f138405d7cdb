import type { LabelTranslation } from '../../domain/registry.ts';
import type { Role } from '../../domain/role.ts';
import { type Database, quoteLiteral } from '../../database/database.ts';
import { scoredIn } from '../../domain/scores/answer-numbers.ts';
import type { WantedValues } from '../values/wanted-values.ts';

/**
 * Puts a version's recorded answers into the labels that they are compared in. An answer without a counterpart becomes the
 * error `bad-label`. Scores that were recorded by label are no longer known, unless every label stays what it is: the log has those of the
 * version's own labels.
 */
export async function translateRecorded(
  db: Database,
  role: Role,
  { to }: LabelTranslation,
  { numbers }: WantedValues,
): Promise<void> {
  const label = `${role}_label`;
  const cases = Object.entries(to).map(([own, other]) => `WHEN ${quoteLiteral(own)} THEN ${quoteLiteral(other)}`);
  const translated = cases.length === 0 ? 'NULL' : `CASE ${label} ${cases.join(' ')} END`;
  const unmapped = `${label} IS NOT NULL AND ${role}_error IS NULL AND ${translated} IS NULL`;
  const isSame = Object.entries(to).every(([own, other]) => own === other);
  const unknown = isSame ? [] : scoredIn(numbers);
  const values = [
    `${role}_error = CASE WHEN ${unmapped} THEN 'bad-label' ELSE ${role}_error END`,
    `${label} = ${translated}`,
    ...unknown.map(([name]) => `${role}_${name} = NULL`),
  ];
  await db.run(`UPDATE requests SET ${values.join(', ')} WHERE ${label} IS NOT NULL`);
}
