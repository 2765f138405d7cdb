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
  type WarehouseRollout,
  warehouseRollout,
} from './warehouse-rollout.ts';

/** As many as are asked for, such as the 2,000,000 of docs/warehouse.md; else what takes a minute. */
const requests = Number(process.env['CANARY_WAREHOUSE_ROWS'] ?? 10_000);
const longest = 400_000 + requests;

const python = new URL('../python/.venv/bin/python', import.meta.url).pathname;
const asking = new URL('../python/ask-warehouse.py', import.meta.url).pathname;

let rollout: WarehouseRollout;
let ofRows: ReadonlyMap<string, unknown>;
beforeAll(async () => {
  if (!isWhole) return;
  rollout = await warehouseRollout(requests);
  ofRows = await timed('the log itself', async () => await judged(rollout.rows));
}, longest);

async function judged({ world }: TestRollout): Promise<ReadonlyMap<string, unknown>> {
  return judgedOf((await evaluate(world, 'plan.yaml', { stage: 'tenth' })).evidence);
}

/** What docs/warehouse.md tells of many requests. */
async function timed<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const begun = performance.now();
  const result = await work();
  if (requests > 100_000) console.log(`${name}: ${Math.round(performance.now() - begun)} ms`);
  return result;
}

function hasPackage(name: string): boolean {
  return isWhole && existsSync(python) && spawnSync(python, ['-c', `import ${name}`]).status === 0;
}

/** That what was saved as the answer is judged as the log is, to the last bit. */
async function expectSame(name: string, { sums } = rollout, expected = ofRows): Promise<void> {
  const summed = await timed(`judging what ${name} answered`, async () => await judged(sums));
  expect(summed.size).toBeGreaterThan(20);
  expect(Object.fromEntries(summed)).toEqual(Object.fromEntries(expected));
}

describe('deltas and intervals are those of the log, to the last bit, from', () => {
  test.runIf(isWhole)(
    'DuckDB',
    async () => {
      const query = await queryOf(rollout, 'duckdb');
      await timed('DuckDB', async () => await askDuckdb(rollout, query));
      await expectSame('DuckDB');
    },
    longest,
  );

  describe('PostgreSQL (skipped where it is not installed)', () => {
    const programs = postgresPrograms();
    let server: PostgresServer | undefined;
    beforeAll(() => {
      if (programs !== undefined) server = new PostgresServer(programs);
    });
    afterAll(() => server?.stop());

    test.skipIf(programs === undefined)(
      '',
      async () => {
        const columns = 'request_id text, user_id text, locale text, label text';
        const sides = ['baseline', 'candidate'].map(
          (role) => `${role}_ms double precision, ${role}_error text, ${role}_label text`,
        );
        server?.ask(`CREATE TABLE requests (${[columns, ...sides].join(', ')})`);
        server?.ask('COPY requests FROM STDIN (FORMAT csv, HEADER)', readFileSync(rollout.table, 'utf8'));
        const query = await queryOf(rollout, 'postgres');
        const text = await timed(
          'PostgreSQL',
          async () => await Promise.resolve(server?.ask(`COPY (${query}) TO STDOUT (FORMAT csv, HEADER)`)),
        );
        answer(rollout, text ?? '');
        await expectSame('PostgreSQL');
      },
      longest,
    );
  });

  test.runIf(hasPackage('chdb'))(
    'chDB (skipped where it is not installed)',
    async () => await askPython(rollout, ofRows, 'chdb', 'clickhouse'),
    longest,
  );

  test.runIf(hasPackage('pyspark'))(
    'PySpark (skipped where it is not installed)',
    async () => {
      const few = await warehouseRollout(requests, fewGuardrails);
      await askPython(few, await judged(few.rows), 'pyspark', 'spark');
    },
    longest,
  );
});

type Judged = ReadonlyMap<string, unknown>;

async function askPython(rollout: WarehouseRollout, ofRows: Judged, engine: string, dialect: string): Promise<void> {
  const query = join(rollout.sums.folder, `${dialect}.sql`);
  writeFileSync(query, await queryOf(rollout, dialect));
  const args = [asking, engine, rollout.table, query, join(rollout.sums.folder, 'sums.csv')];
  const { status, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8' });
  expect([status, stderr.slice(-2000)]).toEqual([0, expect.any(String)]);
  if (requests > 100_000) console.log(`${engine}: ${stdout.trim()} s`);
  await expectSame(engine, rollout, ofRows);
}

test.runIf(hasPackage('sqlglot')).each(['bigquery', 'snowflake', 'trino', 'postgres', 'clickhouse', 'spark', 'duckdb'])(
  "the query for %s is SQL to sqlglot's parser of that dialect (skipped where it is not installed)",
  async (dialect) => {
    const program =
      'import sys, sqlglot; print(len(sqlglot.parse(sys.stdin.read(), read=sys.argv[1], error_level=sqlglot.ErrorLevel.RAISE)))';
    const input = await queryOf(rollout, dialect);
    const { stdout, stderr } = spawnSync(python, ['-c', program, dialect], { input, encoding: 'utf8' });
    expect([stdout.trim(), stderr]).toEqual(['1', '']);
    const damaged = spawnSync(python, ['-c', program, dialect], {
      input: input.replace('GROUP BY', 'GROUP BY ('),
      encoding: 'utf8',
    });
    expect(damaged.status).toBe(1);
  },
);
