import type { Role } from '../domain/role.ts';
import type { JudgedTable } from './judged-table.ts';
import type { LatencyCounts, LatencySample, LatencySource } from './latency-sample.ts';
import { sliceCondition } from './slice.ts';

const nanosecondsPerMs = 1e6;

/**
 * Latencies of a table of judged requests. Sorting and counting stay in DuckDB; what reaches JavaScript is two counts per
 * unit and the quantiles.
 */
export function latencyTable(judged: JudgedTable, columnOf: (dimension: string) => string): LatencySource {
  return (roles, slice) => {
    const timed = roles.map((role) => `${role}_latency_ns IS NOT NULL`).join(' AND ');
    const condition = `${sliceCondition(slice, columnOf)} AND ${timed}`;
    return new LatencyRows(judged, roles, condition);
  };
}

class LatencyRows implements LatencySample {
  readonly #judged: JudgedTable;
  readonly #roles: readonly Role[];
  readonly #condition: string;

  constructor(judged: JudgedTable, roles: readonly Role[], condition: string) {
    this.#judged = judged;
    this.#roles = roles;
    this.#condition = condition;
  }

  get sides(): number {
    return this.#roles.length;
  }

  async quantilesAt(
    probabilitiesOf: (side: number) => readonly number[],
  ): Promise<readonly (readonly number[])[] | undefined> {
    const columns = this.#roles.flatMap((role, side) => {
      const probabilities = probabilitiesOf(side).map((probability) => `${probability}::DOUBLE`);
      // All of a side's quantiles in one call: each call holds every latency in memory, beyond what the database counts.
      const all = `quantile_cont(${role}_latency_ns, [${probabilities.join(', ')}])`;
      return probabilities.map(
        (_, index) => `(${all}[${index + 1}]::DOUBLE / ${nanosecondsPerMs}) AS side${side}_${index}`,
      );
    });
    if (columns.length === 0) return this.#roles.map(() => []);
    const result = await this.#judged.db.columns(
      `SELECT count(*)::DOUBLE AS n, ${columns.join(', ')} FROM ${this.#judged.name} WHERE ${this.#condition}`,
    );
    if (result.numbers('n')[0] === 0) return undefined;
    return this.#roles.map((_, side) =>
      probabilitiesOf(side).map((__, index) => result.numbers(`side${side}_${index}`)[0] ?? Number.NaN),
    );
  }

  async constantSides(): Promise<readonly boolean[]> {
    const flags = this.#roles.map(
      (role, side) => `(min(${role}_latency_ns) = max(${role}_latency_ns))::INTEGER AS same${side}`,
    );
    const row = await this.#judged.db.columns(
      `SELECT ${flags.join(', ')} FROM ${this.#judged.name} WHERE ${this.#condition}`,
    );
    return this.#roles.map((_, side) => row.numbers(`same${side}`)[0] === 1);
  }

  async countsByUnit(points: readonly number[]): Promise<LatencyCounts> {
    const atMost = this.#roles.map(
      (role, side) =>
        `count(*) FILTER (WHERE ${role}_latency_ns <= ${(points[side] ?? 0) * nanosecondsPerMs}::DOUBLE)::DOUBLE AS at_most${side}`,
    );
    const rows = await this.#judged.db.columns(
      `SELECT count(*)::DOUBLE AS requests, ${atMost.join(', ')} FROM ${this.#judged.name} WHERE ${this.#condition} GROUP BY unit_index ORDER BY unit_index`,
    );
    return {
      requests: rows.numbers('requests'),
      atMost: this.#roles.map((_, side) => rows.numbers(`at_most${side}`)),
    };
  }
}
