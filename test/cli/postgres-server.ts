import { spawnSync } from 'node:child_process';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isWhole } from '../fixtures/tiers.ts';
import { keptForTheRun } from '../fixtures/test-rollout.ts';
import { temporaryFolder } from './harness.ts';

const installed = '/usr/lib/postgresql';
const owner = 'postgres';

/** The folder of PostgreSQL's programs; undefined where it is not installed or not asked for. */
export function postgresPrograms(): string | undefined {
  const [newest] =
    isWhole && existsSync(installed) ? readdirSync(installed).toSorted((a, b) => Number(b) - Number(a)) : [];
  const programs = newest === undefined ? undefined : join(installed, newest, 'bin');
  return programs !== undefined && existsSync(join(programs, 'initdb')) ? programs : undefined;
}

/** A database of a test's own, in a folder that it is reached through; it does not run as root, as PostgreSQL will not. */
export class PostgresServer {
  readonly #programs: string;
  /** What it is reached through. */
  readonly folder: string;

  constructor(programs: string) {
    this.#programs = programs;
    this.folder = temporaryFolder(keptForTheRun);
    const data = join(this.folder, 'data');
    mkdirSync(data);
    if (isRoot()) for (const path of [this.folder, data]) chownSync(path, idOf('-u'), idOf('-g'));
    this.#run('initdb', ['-D', data, '-A', 'trust', '-U', 'canary', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8']);
    this.#run('pg_ctl', [
      '-D',
      data,
      '-w',
      '-l',
      join(data, 'log'),
      '-o',
      `-k ${this.folder} -c listen_addresses= -F`,
      'start',
    ]);
  }

  /** Runs statements, with what they read from standard input, a text or an open file. @throws Error with what the database said */
  ask(sql: string, input: string | number = ''): string {
    const args = ['-h', this.folder, '-U', 'canary', '-d', 'postgres', '-v', 'ON_ERROR_STOP=1', '-q', '-c', sql];
    return this.#run('psql', args, input);
  }

  /** Fills a table from a file of CSV with a line of names. */
  copy(table: string, file: string): void {
    // The server's own user may not read what a test made.
    const rows = openSync(file, 'r');
    try {
      this.ask(`COPY ${table} FROM STDIN (FORMAT csv, HEADER)`, rows);
    } finally {
      closeSync(rows);
    }
  }

  /** The process that all others of the server belong to. */
  get pid(): number {
    return Number(readFileSync(join(this.folder, 'data', 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  }

  stop(): void {
    this.#run('pg_ctl', ['-D', join(this.folder, 'data'), '-m', 'immediate', '-w', 'stop']);
  }

  #run(program: string, args: readonly string[], input: string | number = ''): string {
    const path = join(this.#programs, program);
    const [command = path, ...rest] = isRoot()
      ? ['setpriv', `--reuid=${owner}`, `--regid=${owner}`, '--clear-groups', path]
      : [path];
    // A server that goes on holds what it was given to write to, so that only psql's is read.
    const stdio = program === 'psql' ? 'pipe' : 'ignore';
    const { status, stdout, stderr, error } = spawnSync(command, [...rest, ...args], {
      input: program === 'psql' && typeof input === 'string' ? input : undefined,
      stdio: [program === 'psql' ? (typeof input === 'number' ? input : 'pipe') : 'ignore', stdio, stdio],
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      cwd: this.folder,
    });
    if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr ?? `ended with ${status}`}`);
    return stdout ?? '';
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function idOf(kind: '-u' | '-g'): number {
  return Number(spawnSync('id', [kind, owner], { encoding: 'utf8' }).stdout);
}
