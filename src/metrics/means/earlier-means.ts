import type { Role } from '../../domain/role.ts';
import { type Database, quoteIdentifier } from '../../database/database.ts';
import { type AdjustedSums, adjustedSums, type EarlierSample } from '../../stats/sums/earlier-adjustment.ts';
import { laterUnit } from '../../requests/table/live-split.ts';
import { wideSumSql } from '../table/exact-sum.ts';
import type { Slice } from '../table/slice.ts';
import { floorOptions } from './floor-options.ts';
import type { UnitsBefore } from './mean-measurer.ts';
import type { NamedMean } from './named-mean.ts';
import type { UnitSumTables } from './unit-sum-tables.ts';
import type { MovedUnits } from './unit-totals.ts';

/** Metrics of which a user's earlier mean tells something of the later one. */
const foretold = new Set(['latency', 'kpi']);

/** What users were like before the candidate served any. */
export class EarlierMeans implements UnitsBefore {
  readonly #tables: UnitSumTables;
  readonly #created = new Map<string, Promise<string>>();

  constructor(tables: UnitSumTables) {
    this.#tables = tables;
  }

  /** Makes the table of users' earlier requests from `earlier_requests` and `units`. */
  static async keep(db: Database): Promise<void> {
    const mark = `chr(${laterUnit.codePointAt(0) ?? 0})`;
    await db.run(`CREATE OR REPLACE TABLE earlier_by_unit AS
      SELECT unit_index, earlier_requests.* EXCLUDE ("user") FROM units JOIN earlier_requests ON split_part(unit, ${mark}, 1) = "user";
      DROP TABLE earlier_requests`);
  }

  async served(metric: NamedMean, slices: Readonly<Record<Role, Slice>>): Promise<AdjustedSums | undefined> {
    if (!foretold.has(metric.family)) return undefined;
    const floor = floorOptions(metric, await this.#tables.seen(metric.id));
    const baseline = await this.#sample(metric, slices.baseline, 'baseline');
    return adjustedSums(baseline, await this.#sample(metric, slices.candidate, 'candidate'), floor);
  }

  /** What each unit moves its version's adjusted mean by, as tables; undefined where `served` is. */
  async moved(
    metric: NamedMean,
    slices: Readonly<Record<Role, Slice>>,
  ): Promise<Readonly<Record<Role, MovedUnits>> | undefined> {
    const adjusted = await this.served(metric, slices);
    if (adjusted === undefined) return undefined;
    const [baseline, candidate] = [
      await this.#keepMoved(metric, slices.baseline, 'baseline', adjusted.moved.baseline),
      await this.#keepMoved(metric, slices.candidate, 'candidate', adjusted.moved.candidate),
    ];
    return { baseline, candidate };
  }

  async #keepMoved(metric: NamedMean, slice: Slice, role: Role, moved: Float64Array): Promise<MovedUnits> {
    const { db, table, condition } = await this.#tables.slice(metric.id, slice);
    const name = `moved:${role}:${metric.id}:${JSON.stringify(slice.segment)}:${table}`;
    const rows = await db.columns(`SELECT unit_index FROM ${table} WHERE ${condition} ORDER BY unit_index`);
    await db.run(`CREATE OR REPLACE TABLE ${quoteIdentifier(name)} (unit_index DOUBLE, moved DOUBLE)`);
    await db.append(name, [rows.numbers('unit_index'), moved]);
    const largest = moved.reduce((most, own) => Math.max(most, Math.abs(own)), 0);
    return { table: quoteIdentifier(name), condition: 'moved <> 0', moved: { sql: 'moved', largest } };
  }

  async #sample(metric: NamedMean, slice: Slice, role: Role): Promise<EarlierSample> {
    const { db, table, condition, column } = await this.#tables.slice(metric.id, slice);
    const rows = await db.columns(
      `SELECT ${column(`${role}Requests`)} AS requests, ${column(`${role}Sum`)} AS sum, coalesce(earlier, 'NaN'::DOUBLE) AS earlier
       FROM ${table} LEFT JOIN ${await this.#table(db, metric)} USING (unit_index) WHERE ${condition} ORDER BY unit_index`,
    );
    return { requests: rows.numbers('requests'), sum: rows.numbers('sum'), earlier: rows.numbers('earlier') };
  }

  /** @returns the name of the table of one metric's earlier means by unit, made when it is first asked for. */
  #table(db: Database, metric: NamedMean): Promise<string> {
    const table = this.#created.get(metric.id) ?? createMeans(db, metric, `earlier_means_${this.#created.size}`);
    this.#created.set(metric.id, table);
    return table;
  }
}

async function createMeans(db: Database, { definition }: NamedMean, name: string): Promise<string> {
  const value = `(${definition.value('baseline')})::DOUBLE / ${definition.divisor}`;
  const known = `FROM (SELECT unit_index, ${value} AS value FROM earlier_by_unit) WHERE isfinite(value)`;
  const sizes = await db.columns(`SELECT coalesce(max(abs(value)), 0) AS largest ${known}`);
  const largest = sizes.numbers('largest')[0] ?? 0;
  await db.run(
    `CREATE OR REPLACE TABLE ${name} AS SELECT unit_index, ${wideSumSql('value', largest)} / count(*) AS earlier ${known} GROUP BY unit_index`,
  );
  return name;
}
