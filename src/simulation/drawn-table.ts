import type { Database } from '../database/database.ts';
import type { JudgedTable } from '../metrics/table/judged-table.ts';
import { type DrawnStage, visitRequests } from './drawn-stage.ts';
import { createDrawnTable, createDrawnView } from './population-table.ts';

/**
 * Writes a drawn stage into the database, for what is computed there.
 * @param part tells tables apart that are there at once.
 */
export async function writeDrawnStage(db: Database, stage: DrawnStage, part = ''): Promise<JudgedTable> {
  const { draw, weight } = stage;
  const columns = { record: [], scenario: [], user: [], inCanary: [] } as {
    record: number[];
    scenario: number[];
    user: number[];
    inCanary: boolean[];
  };
  visitRequests(stage, 'all', null, (record, user, _, scenario) => {
    const bucket = draw.buckets[user] ?? 1;
    columns.record.push(record);
    columns.scenario.push(scenario);
    columns.user.push(user);
    columns.inCanary.push(bucket < weight);
  });
  const name = await createDrawnTable(db, part);
  const { record, scenario, user, inCanary } = columns;
  await db.append(name, [record, scenario, user, inCanary]);
  return await createDrawnView(db, name);
}
