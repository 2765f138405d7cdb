import { quoteIdentifier } from '../../database/database.ts';
import type { JudgedTable } from '../table/judged-table.ts';
import { dimensionColumn } from '../table/slice.ts';
import { tableSize } from '../table/table-size.ts';
import type { NamedMean } from './named-mean.ts';
import { type ScaledMean, type SumLayout, sumLayout } from './sum-layout.ts';
import { type ValueRange, valueRange } from './sum-columns.ts';

/** A table of sums, one row per unit and values of some dimensions, and how its columns are read. */
export interface SumTable {
  /** Quoted. */
  readonly name: string;
  readonly layout: SumLayout;
}

/** What will be asked for of one table of judged requests, so that one pass over it serves all. */
export interface AskedSums {
  readonly dimensions: readonly string[];
  /** Where later parts of the log begin, the earliest first, in ms since 1970; the judged table then needs its column `at`. */
  readonly laterFrom: readonly number[];
}

/** Units that are looked at to tell whether it pays to group by everything at once. */
const unitsLookedAt = 4096;

/** From a table with more rows than this share of the requests others are not added up faster than from the requests. */
const mostRows = 0.5;

/**
 * Adds up every metric by unit: `unit_index`, the columns of dimensions, `in_canary` and the sums as `SumLayout` has them. Of what was declared
 * there is one pass over the requests, by unit and all dimensions and parts at once, and every table is added up from what that finds. The tables
 * stay in the database, which spills where memory is short.
 */
export class RequestSums {
  readonly #judged: JudgedTable;
  readonly #metrics: ReadonlyMap<string, NamedMean>;
  readonly #asked: AskedSums;
  readonly #ranges = new Map<string, Promise<ValueRange>>();
  readonly #tables = new Map<string, Promise<SumTable>>();
  #layout: Promise<SumLayout> | undefined;
  #finest: Promise<string | undefined> | undefined;

  constructor(
    judged: JudgedTable,
    metrics: ReadonlyMap<string, NamedMean>,
    asked: AskedSums = { dimensions: [], laterFrom: [] },
  ) {
    this.#judged = judged;
    this.#metrics = metrics;
    this.#asked = asked;
  }

  /** The metrics that are added up, by their names. */
  get metrics(): ReadonlyMap<string, NamedMean> {
    return this.#metrics;
  }

  /**
   * The sums by unit and values of the dimensions, made when they are first asked for.
   * @param part 0 for all requests, or the number of a later part.
   */
  table(dimensions: readonly string[], part: number): Promise<SumTable> {
    const key = JSON.stringify([dimensions, part]);
    const table = this.#tables.get(key) ?? this.#create(dimensions, part);
    this.#tables.set(key, table);
    return table;
  }

  /** What a metric's values turn out to be, over all requests. */
  range(id: string): Promise<ValueRange> {
    const metric = this.#metrics.get(id);
    if (metric === undefined) throw new RangeError(`${id} was not declared to the tables of sums`);
    const range = this.#ranges.get(id) ?? valueRange(this.#judged, metric.definition);
    this.#ranges.set(id, range);
    return range;
  }

  async #create(dimensions: readonly string[], part: number): Promise<SumTable> {
    const layout = await (this.#layout ??= this.#layOut());
    const isShared = dimensions.every((dimension) => this.#asked.dimensions.includes(dimension));
    const finest = isShared ? await (this.#finest ??= this.#createFinest(layout)) : undefined;
    const group = ['unit_index', ...dimensions.map(dimensionColumn)];
    const name = this.#nameOf([dimensions, part]);
    const source =
      finest === undefined
        ? {
            from: this.#judged.name,
            sums: layout.added,
            within: part === 0 ? 'true' : `${partSql(this.#asked)} >= ${part}`,
          }
        : { from: finest, sums: layout.addedAgain, within: `part >= ${part}` };
    await this.#judged.db.run(
      `CREATE OR REPLACE TABLE ${name} AS SELECT ${group.join(', ')}, any_value(in_canary) AS in_canary, ${source.sums.join(', ')}
       FROM ${source.from} WHERE ${source.within} GROUP BY ${group.join(', ')}`,
    );
    return { name, layout };
  }

  /** @returns the name of the table by everything at once; undefined where it would have about as many rows as there are requests. */
  async #createFinest({ added }: SumLayout): Promise<string | undefined> {
    const { dimensions, laterFrom } = this.#asked;
    if (dimensions.length + laterFrom.length === 0) return undefined;
    const { db, name: judged } = this.#judged;
    const columns = ['unit_index', ...dimensions.map(dimensionColumn)];
    const part = partSql(this.#asked);
    const looked = await db.columns(
      `SELECT coalesce(sum(requests), 0)::DOUBLE AS requests, count(*)::DOUBLE AS groups
       FROM (SELECT count(*) AS requests FROM ${judged} WHERE unit_index < ${unitsLookedAt} GROUP BY ${[...columns, part].join(', ')})`,
    );
    const [requests = 0, groups = 0] = ['requests', 'groups'].map((name) => looked.numbers(name)[0]);
    if (groups > mostRows * requests) return undefined;
    const name = this.#nameOf(['finest']);
    await db.run(
      `CREATE OR REPLACE TABLE ${name} AS SELECT ${columns.join(', ')}, ${part} AS part, any_value(in_canary) AS in_canary, ${added.join(', ')}
       FROM ${judged} GROUP BY ${[...columns, part].join(', ')}`,
    );
    return name;
  }

  async #layOut(): Promise<SumLayout> {
    const scaled: [string, ScaledMean][] = [];
    for (const [id, metric] of this.#metrics) scaled.push([id, { metric, scale: (await this.range(id)).scale }]);
    return sumLayout(new Map(scaled), (await tableSize(this.#judged)).mostRequests);
  }

  /** Others measure other metrics on the same judged requests, and their sums must not take the place of these. */
  #nameOf(what: readonly unknown[]): string {
    return quoteIdentifier(`${this.#judged.name}:sums:${JSON.stringify([...what, [...this.#metrics.keys()]])}`);
  }
}

/** In how many of the later parts a request is. */
function partSql({ laterFrom }: AskedSums): string {
  const within = laterFrom.map((from) => `(epoch_ms("at") >= ${from})::TINYINT`);
  // A bare 0 behind GROUP BY would be the place of a column.
  return within.length === 0 ? '0::TINYINT' : `(${within.join(' + ')})`;
}
