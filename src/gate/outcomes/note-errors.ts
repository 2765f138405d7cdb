import { countOf, formatCount } from '../../domain/format-number.ts';
import type { Role } from '../../domain/role.ts';
import type { Database } from '../../database/database.ts';
import type { World } from '../world.ts';

/** Kinds that are told of; the evidence counts all. */
const mostKinds = 3;

/**
 * Says why a version's requests failed: the evidence counts errors by kind, and a server's own words tell a broken model from one
 * that is only asked in a wrong way.
 * @param table its outcomes, as `loadOutcomes` makes them
 */
export async function noteErrors({ note }: World, db: Database, table: string, version: string): Promise<void> {
  const kinds = await db.rows(
    `SELECT error, count(*) AS requests, min_by(coalesce(detail, ''), seq) AS detail FROM ${table}
     WHERE error IS NOT NULL GROUP BY error ORDER BY requests DESC, error LIMIT ${mostKinds}`,
  );
  for (const { error, requests, detail } of kinds) {
    const times = requests === 1 ? 'once,' : `${formatCount(Number(requests))} times, the first`;
    note(`${version}: ${String(error)} ${times}${detail === '' ? '' : ` because: ${String(detail)}`}`);
  }
}

/** Says which errors a version's timed calls had, and that a server that could not be reached is not asked again by itself. */
export async function noteTimedErrors({ note }: World, db: Database, role: Role, version: string): Promise<void> {
  const kinds = await db.rows(
    `SELECT ${role}_error AS error, count(*) AS requests FROM measured_latency
     WHERE ${role}_error IS NOT NULL GROUP BY error ORDER BY requests DESC, error LIMIT ${mostKinds}`,
  );
  for (const { error, requests } of kinds) {
    const again = error === 'connect' ? '; these times are kept; --fresh takes new ones' : '';
    note(`${version}, while it was timed: ${String(error)} ${countOf(Number(requests), 'time')}${again}`);
  }
}
