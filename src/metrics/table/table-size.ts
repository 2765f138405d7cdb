import type { JudgedTable } from './judged-table.ts';

/** How many units a table of judged requests has, and how many requests the one with most of them: never less. */
export interface TableSize {
  readonly units: number;
  readonly mostRequests: number;
}

const known = new WeakMap<JudgedTable, Promise<TableSize>>();

/** Read once; of a part of another table it is that table's. */
export function tableSize(judged: JudgedTable): Promise<TableSize> {
  if (judged.partOf !== undefined) return tableSize(judged.partOf);
  const size = known.get(judged) ?? readSize(judged);
  known.set(judged, size);
  return size;
}

async function readSize({ db, name }: JudgedTable): Promise<TableSize> {
  // Units are numbered from 0 without gaps.
  const found = await db.columns(
    `SELECT coalesce(max(unit_index) + 1, 0)::DOUBLE AS units, coalesce(max(requests), 0)::DOUBLE AS requests
     FROM (SELECT unit_index, count(*) AS requests FROM ${name} GROUP BY unit_index)`,
  );
  return { units: found.numbers('units')[0] ?? 0, mostRequests: found.numbers('requests')[0] ?? 0 };
}
