import { doubleSql } from '../database/database.ts';
import { type Role, roles } from '../domain/role.ts';
import type { SharedMoves } from '../stats/estimates/weighted-strata.ts';
import type { MovedUnits } from './means/unit-totals.ts';
import { wideSumSql } from './table/exact-sum.ts';
import type { JudgedTable } from './table/judged-table.ts';

/** One period's part of a quantity over all of them. */
export interface MovedPart {
  /** What each version's units move its mean by in the period. */
  readonly units: Readonly<Record<Role, MovedUnits>>;
  /** What the quantity moves by with each version's mean in the period. */
  readonly weight: Readonly<Record<Role, number>>;
}

/** Knows which users came in several periods of a live split. */
export class SharedUsers {
  readonly #whole: JudgedTable;
  readonly #periods: readonly JudgedTable[];
  #persons: Promise<string> | undefined;
  #alikeness: Promise<readonly (readonly number[])[]> | undefined;

  /**
   * @param whole the requests of all periods, with their `unit_index`, `person_hash` and `in_canary`.
   * @param periods those of each.
   */
  constructor(whole: JudgedTable, periods: readonly JudgedTable[]) {
    this.#whole = whole;
    this.#periods = periods;
  }

  /** What users have in common in the periods in which they came: of each version, since who changed it is at most nearer to both. */
  async common(parts: readonly MovedPart[]): Promise<SharedMoves> {
    const [baseline, candidate] = await Promise.all(roles.map((role) => this.#commonOf(role, parts)));
    return {
      alone: (baseline?.alone ?? Number.NaN) + (candidate?.alone ?? Number.NaN),
      second: (baseline?.second ?? Number.NaN) + (candidate?.second ?? Number.NaN),
      third: (candidate?.third ?? Number.NaN) - (baseline?.third ?? Number.NaN),
    };
  }

  async #commonOf(role: Role, parts: readonly MovedPart[]): Promise<SharedMoves> {
    const { db } = this.#whole;
    const persons = await this.#personTable();
    const moves = parts.map(({ units, weight }) => {
      const { table, condition, moved } = units[role];
      return `SELECT unit_index, ${doubleSql(Math.abs(weight[role]))} * ${moved.sql} AS moved FROM ${table} WHERE ${condition}`;
    });
    const largest = Math.max(...parts.map(({ units, weight }) => Math.abs(weight[role]) * units[role].moved.largest));
    const [square, cube] = ['moved * moved', 'moved * moved * moved'];
    const byPerson = `SELECT ${wideSumSql('moved', largest)} AS together, ${wideSumSql(square ?? '', largest ** 2)} AS squares,
        ${wideSumSql(cube ?? '', largest ** 3)} AS cubes
      FROM (${moves.join(' UNION ALL ')}) JOIN ${persons} USING (unit_index) GROUP BY person_hash`;
    const most = parts.length * largest;
    const rows = await db.columns(
      `SELECT ${wideSumSql('squares', most ** 2)} AS alone, ${wideSumSql('together * together - squares', most ** 2)} AS second,
         ${wideSumSql('together * together * together - cubes', most ** 3)} AS third FROM (${byPerson})`,
    );
    const [alone = 0, second = 0, third = 0] = ['alone', 'second', 'third'].map((name) => rows.numbers(name)[0]);
    return { alone, second, third };
  }

  /**
   * How alike the users of each two periods are: of the version whose users are more alike the larger of two cosines, of their requests and of
   * their presence. Each is the correlation of two numbers that rest on the same qualities of users alone, the largest there can be: the one where
   * what a user moves a number by grows with the user's requests, the other where it does not.
   */
  alikeness(): Promise<readonly (readonly number[])[]> {
    return (this.#alikeness ??= this.#cosines());
  }

  async #cosines(): Promise<readonly (readonly number[])[]> {
    const { db } = this.#whole;
    const sizes = this.#periods.map(
      ({ name }, period) =>
        `SELECT ${period} AS period, person_hash, in_canary, count(*)::DOUBLE AS requests FROM ${name} GROUP BY ALL`,
    );
    const rows = await db.columns(
      `WITH sizes AS (${sizes.join(' UNION ALL ')}),
         lengths AS (SELECT period, in_canary, sqrt(sum(requests * requests)) AS length, sqrt(count(*)) AS units FROM sizes GROUP BY ALL),
         products AS (SELECT one.period AS one, other.period AS other, one.in_canary, sum(one.requests * other.requests) AS product, count(*) AS shared
           FROM sizes AS one JOIN sizes AS other USING (person_hash, in_canary) WHERE one.period < other.period GROUP BY ALL)
       SELECT one::DOUBLE AS one, other::DOUBLE AS other, max(greatest(product / ours.length / theirs.length, shared / ours.units / theirs.units)) AS cosine
       FROM products JOIN lengths AS ours ON ours.period = one AND ours.in_canary = products.in_canary
         JOIN lengths AS theirs ON theirs.period = other AND theirs.in_canary = products.in_canary
       GROUP BY one, other`,
    );
    const cosines = this.#periods.map((_, one) => this.#periods.map((__, other) => Number(one === other)));
    const [ones, others, found] = ['one', 'other', 'cosine'].map((name) => rows.numbers(name));
    for (const [row, cosine] of [...(found ?? [])].entries()) {
      const [one, other] = [ones?.[row] ?? 0, others?.[row] ?? 0];
      for (const [from, to] of [
        [one, other],
        [other, one],
      ] as const) {
        const line = cosines[from];
        if (line !== undefined) line[to] = Math.min(1, cosine);
      }
    }
    return cosines;
  }

  #personTable(): Promise<string> {
    return (this.#persons ??= this.#createPersons());
  }

  async #createPersons(): Promise<string> {
    const { db, name } = this.#whole;
    const table = `${name}_persons_of_units`;
    await db.run(`CREATE OR REPLACE TABLE ${table} AS SELECT DISTINCT unit_index, person_hash FROM ${name}`);
    return table;
  }
}
