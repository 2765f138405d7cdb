import type { Role } from '../../../domain/role.ts';
import type { JudgedTable } from '../../table/judged-table.ts';
import { type RankedUnits, rankedUnits } from './ranked-units.ts';

/** Scores that come in falling order, with the place of their unit and 1 for a positive. */
interface Ranking {
  readonly isDone?: boolean;
  addInOrder(scores: Float64Array, units: Float64Array, positive: Float64Array): void;
}

/**
 * Passes the scored requests of a version for which a condition holds to a ranking, the highest score first. DuckDB puts the scores in
 * order and spills where they are many; what stays here is some numbers per unit.
 */
export async function rankRequests<Ranked extends Ranking>(
  { db, name }: JudgedTable,
  role: Role,
  condition: string,
  rankingOf: (units: RankedUnits) => Ranked,
): Promise<Ranked> {
  const rows = await db.columns(
    `SELECT unit_index, count(*)::DOUBLE AS requests, (count(*) FILTER (WHERE is_positive))::DOUBLE AS positives
     FROM ${name} WHERE ${condition} GROUP BY unit_index ORDER BY unit_index`,
  );
  const units = rows.numbers('unit_index');
  const place = new Int32Array((units.at(-1) ?? -1) + 1);
  for (const [position, unit] of units.entries()) place[unit] = position;
  const ranking = rankingOf(rankedUnits(rows.numbers('requests'), rows.numbers('positives')));
  const ordered = `SELECT ${role}_positive_score AS score, unit_index, is_positive::INTEGER AS positive
    FROM ${name} WHERE ${condition} ORDER BY score DESC`;
  for await (const chunk of db.stream(ordered)) {
    const places = chunk.numbers('unit_index').map((unit) => place[unit] ?? 0);
    ranking.addInOrder(chunk.numbers('score'), places, chunk.numbers('positive'));
    if (ranking.isDone === true) break;
  }
  return ranking;
}
