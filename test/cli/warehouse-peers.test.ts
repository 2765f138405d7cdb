import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { isWhole } from '../fixtures/tiers.ts';
import type { TestRollout } from '../fixtures/test-rollout.ts';
import { postgresPrograms, PostgresServer } from './postgres-server.ts';
import {
  answer,
  askDuckdb,
  fewGuardrails,
  judgedOf,
  queryOf,
  selectionOf,
  type WarehouseRollout,
  warehouseRollout,
} from './warehouse-rollout.ts';

/** As many as are asked for, such as the 2,000,000 of docs/warehouse.md; else what takes a minute. */
const requests = Number(process.env['CANARY_WAREHOUSE_ROWS'] ?? 10_000);
const isMany = requests > 100_000;
const longest = 600_000 + requests;

const python = new URL('../python/.venv/bin/python', import.meta.url).pathname;
const asking = new URL('../python/ask-warehouse.py', import.meta.url).pathname;

/** What a rollout is judged to be by the log itself. */
interface Made {
  readonly rollout: WarehouseRollout;
  readonly ofRows: unknown;
}
let made: Made;
beforeAll(async () => {
  if (isWhole) made = await make();
}, longest);

async function make(guardrails?: string[]): Promise<Made> {
  const rollout = await warehouseRollout(requests, guardrails);
  return { rollout, ofRows: await judged(rollout.rows, 'the log') };
}

async function judged({ world }: TestRollout, name: string): Promise<unknown> {
  return await timed(`judging ${name}`, async () => {
    const { evidence } = await evaluate(world, 'plan.yaml', { stage: 'tenth' });
    const numbers = judgedOf(evidence);
    if (numbers.size < 20) throw new Error('hardly anything was judged');
    return { ...Object.fromEntries(numbers), selection: selectionOf(evidence) };
  });
}

/** What docs/warehouse.md tells of many requests. */
async function timed<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const begun = performance.now();
  const result = await work();
  if (isMany) console.log(`${name}: ${Math.round(performance.now() - begun)} ms`);
  return result;
}

function hasPackage(name: string): boolean {
  return isWhole && existsSync(python) && spawnSync(python, ['-c', `import ${name}`]).status === 0;
}

describe('deltas and intervals are those of the log, to the last bit, from the sums of', () => {
  test.runIf(isWhole)(
    'DuckDB',
    async () => {
      const { rollout, ofRows } = made;
      const query = await queryOf(rollout, 'duckdb');
      await timed('DuckDB', async () => await askDuckdb(rollout, query));
      expect(await judged(rollout.sums, "DuckDB's sums")).toEqual(ofRows);
    },
    longest,
  );

  describe('a server', () => {
    const programs = postgresPrograms();
    let server: PostgresServer | undefined;
    beforeAll(() => {
      if (programs !== undefined) server = new PostgresServer(programs);
    }, longest);
    afterAll(() => server?.stop());

    test.skipIf(programs === undefined)(
      'of PostgreSQL (skipped where it is not installed)',
      async () => {
        const { rollout, ofRows } = made;
        const columns = ['baseline', 'candidate'].map(
          (role) => `${role}_ms double precision, ${role}_error text, ${role}_label text`,
        );
        server?.ask(
          `CREATE TABLE requests (request_id text, user_id text, locale text, label text, ${columns.join(', ')})`,
        );
        server?.ask('COPY requests FROM STDIN (FORMAT csv, HEADER)', readFileSync(rollout.table, 'utf8'));
        const query = `COPY (${await queryOf(rollout, 'postgres')}) TO STDOUT (FORMAT csv, HEADER)`;
        answer(rollout, await timed('PostgreSQL', async () => await Promise.resolve(server?.ask(query) ?? '')));
        expect(await judged(rollout.sums, "PostgreSQL's sums")).toEqual(ofRows);
      },
      longest,
    );
  });

  test.runIf(hasPackage('chdb'))(
    'chDB (skipped where it is not installed)',
    async () => {
      await askPython(made, 'chdb', 'clickhouse');
      expect(await judged(made.rollout.sums, "chDB's sums")).toEqual(made.ofRows);
    },
    longest,
  );

  test.runIf(hasPackage('pyspark'))(
    'PySpark (skipped where it is not installed)',
    async () => {
      const few = await make(fewGuardrails);
      await askPython(few, 'pyspark', 'spark');
      expect(await judged(few.rollout.sums, "PySpark's sums")).toEqual(few.ofRows);
    },
    longest,
  );
});

async function askPython({ rollout }: Made, engine: string, dialect: string): Promise<void> {
  const query = join(rollout.sums.folder, `${dialect}.sql`);
  writeFileSync(query, await queryOf(rollout, dialect));
  const args = [asking, engine, rollout.table, query, join(rollout.sums.folder, 'sums.csv')];
  const { status, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.slice(-2000));
  if (isMany) console.log(`${engine}: ${stdout.trim()} s`);
}

test.runIf(hasPackage('sqlglot')).each(['bigquery', 'snowflake', 'trino', 'postgres', 'clickhouse', 'spark', 'duckdb'])(
  "the query for %s is SQL to sqlglot's parser of that dialect (skipped where it is not installed)",
  async (dialect) => {
    const query = await queryOf(made.rollout, dialect);
    expect(parsed(dialect, query)).toEqual(['1', '']);
    expect(parsed(dialect, query.replace('GROUP BY', 'GROUP BY ('))).toEqual([
      '',
      expect.stringContaining('ParseError'),
    ]);
  },
);

/** How many statements a text is in a dialect, or what is wrong with it. */
function parsed(dialect: string, input: string): readonly [string, string] {
  const program =
    'import sys, sqlglot; print(len(sqlglot.parse(sys.stdin.read(), read=sys.argv[1], error_level=sqlglot.ErrorLevel.RAISE)))';
  const { stdout, stderr } = spawnSync(python, ['-c', program, dialect], { input, encoding: 'utf8' });
  return [stdout.trim(), stderr];
}
