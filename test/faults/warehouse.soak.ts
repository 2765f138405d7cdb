import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { postgresPrograms, PostgresServer } from '../cli/postgres-server.ts';
import { judgedOf, queryOf, type WarehouseRollout, warehouseRollout } from '../cli/warehouse-rollout.ts';
import type { TestRollout } from '../fixtures/test-rollout.ts';
import { runWatched, type Watched } from '../../bench/measure/run-watched.mjs';

/** `npm run soak`: the printed query on many requests in four databases, against the judgement of the log itself. */
const requests = Number(process.env['WAREHOUSE_ROWS'] ?? 2_000_000);
/** Those that are run; all of them unless they are named. */
const engines = (process.env['WAREHOUSE_ENGINES'] ?? 'duckdb,postgres,clickhouse,spark').split(',');
const page = 'docs/warehouse.csv';
const heading = 'requests,what,seconds,processorSeconds,peakMegabytes,resultRows,numbers,different,load,commit';
const commit = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
const python = new URL('../python/.venv/bin/python', import.meta.url).pathname;
const asking = new URL('../python/ask-warehouse.py', import.meta.url).pathname;
const askingDuckdb = new URL('programs/ask-duckdb.mjs', import.meta.url).pathname;

let rollout: WarehouseRollout;
let ofLog: ReadonlyMap<string, unknown>;
beforeAll(async () => {
  rollout = await warehouseRollout(requests);
  const { numbers, measured } = await judged(rollout.rows);
  ofLog = numbers;
  note('canary evaluate of the log', measured, ['', numbers.size, '']);
}, 7_200_000);

/** A row of the page for each thing that was measured, the last time it was. */
function note(what: string, { seconds, processorSeconds, peakBytes }: Watched, told: readonly unknown[]): void {
  const rows = existsSync(page) ? readFileSync(page, 'utf8').trim().split('\n').slice(1) : [];
  const key = `${requests},${what},`;
  const took = [seconds, processorSeconds, peakBytes / 1e6].map((number) => number.toFixed(number < 10 ? 1 : 0));
  const row = `${key}${[...took, ...told, (loadavg()[0] ?? 0).toFixed(0), commit].join(',')}`;
  writeFileSync(page, `${[heading, ...rows.filter((each) => !each.startsWith(key)), row].join('\n')}\n`);
}

async function judged({ folder }: TestRollout) {
  const evidence = join(folder, 'evidence.json');
  const args = ['bin/canary.js', 'evaluate', join(folder, 'plan.yaml'), '--stage', 'tenth', '--evidence', evidence];
  const measured = await runWatched(process.execPath, [...args, '--quiet', '--fail-on', 'never']);
  if (measured.exitCode !== 0) throw new Error(measured.stderr);
  return { measured, numbers: judgedOf(JSON.parse(readFileSync(evidence, 'utf8'))) };
}

/** Asks a database, and judges what it answers. */
async function compare(what: string, ask: (query: string, result: string) => Promise<Watched>, dialect: string) {
  const query = join(rollout.sums.folder, `${dialect}.sql`);
  writeFileSync(query, await queryOf(rollout, dialect));
  const result = join(rollout.sums.folder, 'sums.csv');
  const asked = await ask(query, result);
  if (asked.exitCode !== 0) throw new Error(asked.stderr.slice(-2000));
  const { numbers, measured } = await judged(rollout.sums);
  const different = [...ofLog].filter(([key, value]) => JSON.stringify(numbers.get(key)) !== JSON.stringify(value));
  const rows = readFileSync(result, 'utf8').trimEnd().split('\n').length - 1;
  note(what, asked, [rows, numbers.size, different.length]);
  note(`canary evaluate of the sums of ${what}`, measured, [rows, numbers.size, different.length]);
  return { numbers: numbers.size, different };
}

test.runIf(engines.includes('duckdb'))('DuckDB gives the bits of the log', async () => {
  const setup = `CREATE VIEW requests AS SELECT * FROM read_csv('${rollout.table}', header = true, types = {'label': 'VARCHAR'})`;
  const ask = (query: string, result: string) =>
    runWatched(process.execPath, [askingDuckdb, setup, query, result, '4GB']);
  expect(await compare('DuckDB (with reading CSV)', ask, 'duckdb')).toEqual(theSame());
});

/** Every number of the log, and none that is another. */
function theSame() {
  return { numbers: ofLog.size, different: [] };
}

let server: PostgresServer | undefined;
afterAll(() => server?.stop());

test.runIf(engines.includes('postgres') && postgresPrograms() !== undefined)(
  'PostgreSQL gives the bits of the log (skipped where it is not installed)',
  async () => {
    server = new PostgresServer(postgresPrograms() ?? '');
    const columns = ['baseline', 'candidate'].map(
      (role) => `${role}_ms double precision, ${role}_error text, ${role}_label text`,
    );
    server.ask(`CREATE TABLE requests (request_id text, user_id text, locale text, label text, ${columns.join(', ')})`);
    server.copy('requests', rollout.table);
    server.ask('ANALYZE requests');
    const { folder, pid } = server;
    const ask = async (query: string, result: string) => {
      const sql = `SET work_mem = '256MB'; COPY (${readFileSync(query, 'utf8')}) TO STDOUT (FORMAT csv, HEADER)`;
      const args = ['-h', folder, '-U', 'canary', '-d', 'postgres', '-v', 'ON_ERROR_STOP=1', '-q', '-c', sql];
      const asked = await runWatched('psql', args, { beside: pid });
      writeFileSync(result, asked.stdout);
      return asked;
    };
    expect(await compare('PostgreSQL', ask, 'postgres')).toEqual(theSame());
  },
);

test.runIf(engines.includes('clickhouse') && hasPackage('chdb'))(
  'chDB gives the bits of the log (skipped where it is not installed)',
  async () => {
    expect(await compare('chDB (with reading CSV)', askChdb, 'clickhouse')).toEqual(theSame());
  },
);

test.runIf(engines.includes('spark') && hasPackage('pyspark'))(
  'PySpark gives the bits of the log (skipped where it is not installed)',
  async () => {
    const env = { SPARK_MEMORY: '4g', SPARK_CODEGEN: 'true' };
    const ask = (query: string, result: string) =>
      runWatched(python, [asking, 'pyspark', rollout.table, query, result], { env });
    expect(await compare('PySpark (with reading CSV)', ask, 'spark')).toEqual(theSame());
  },
);

function askChdb(query: string, result: string): Promise<Watched> {
  return runWatched(python, [asking, 'chdb', rollout.table, query, result]);
}

function hasPackage(name: string): boolean {
  return existsSync(python) && spawnSync(python, ['-c', `import ${name}`]).status === 0;
}
