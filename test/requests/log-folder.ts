import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Database, openDatabase } from '../../src/database/database.ts';
import type { ReadOptions } from '../../src/requests/values/read-options.ts';
import { type RequestFacts, readRequests } from '../../src/requests/read-requests.ts';

export const defaultFields = {
  id: 'request_id',
  timestamp: 'timestamp',
  unit: 'user_id',
  input: 'input',
  label: 'label',
  outcomes: 'outcomes',
} as const;

/** A folder with logs, and a database to read them into. */
export class LogFolder {
  readonly path: string;
  readonly db: Database;

  private constructor(path: string, db: Database) {
    this.path = path;
    this.db = db;
  }

  static async open(): Promise<LogFolder> {
    const path = mkdtempSync(join(tmpdir(), 'canary-requests-'));
    return new LogFolder(path, await openDatabase({ tempFolder: join(path, 'spill') }));
  }

  /** Writes a file; by its ending, compressed. */
  write(name: string, content: string | Uint8Array): void {
    this.writeRaw(name, name.endsWith('.gz') ? gzipSync(content) : name.endsWith('.zst') ? zstd(content) : content);
  }

  writeRaw(name: string, content: string | Uint8Array): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  readRaw(name: string): Buffer {
    return readFileSync(join(this.path, name));
  }

  writeRecords(name: string, records: readonly unknown[]): void {
    this.write(name, records.map((each) => `${JSON.stringify(each)}\n`).join(''));
  }

  read(options: Partial<ReadOptions> & Pick<ReadOptions, 'files'>): Promise<RequestFacts> {
    return readRequests(this.db, {
      format: 'canary',
      folder: this.path,
      fields: defaultFields,
      segments: {},
      recorded: {},
      input: false,
      ordered: false,
      ...options,
    });
  }

  async close(): Promise<void> {
    await this.db.close();
    rmSync(this.path, { recursive: true });
  }
}

/** Skips a test of a `.zst` file, with the reason, on a machine that cannot make one. */
export function needsZstd(name: string, skip: (condition: boolean, note: string) => void): void {
  skip(name.endsWith('.zst') && !hasZstd, 'the zstd command is not installed');
}

/** Whether this machine has the zstd command. */
export const hasZstd = spawnSync('zstd', ['--version']).status === 0;

/** Node 20 has no zstd of its own; the command is what people compress logs with. */
function zstd(content: string | Uint8Array): Uint8Array {
  return execFileSync('zstd', ['-q', '-c'], { input: content, maxBuffer: 1e9 });
}

/** A good record with both versions' outcomes. */
export function record(id: string, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    request_id: id,
    timestamp: '2026-11-01T09:00:00.000Z',
    user_id: 'u1',
    context: { locale: 'de-DE' },
    input: { text: 'where is my order' },
    label: 'refund',
    outcomes: {
      '1.4.2': { latency_ms: 41.2, prediction: 'refund' },
      '1.5.0': { latency_ms: 39.8, error: 'timeout' },
    },
    ...changes,
  };
}

export const bothVersions = { baseline: '1.4.2', candidate: '1.5.0' } as const;
