import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { invalidInput } from '../domain/errors.ts';
import type { World } from '../gate/world.ts';
import { harmlessLines } from '../report/words/harmless.ts';
import { type CacheOwner } from '../start/cache-folder.ts';
import { ownSecret } from '../start/own-secret.ts';
import { actorOf } from './actor.ts';
import { createProgress } from './progress.ts';
import { type InputStream, questionsOn } from './questions.ts';
import type { OutputStream, Terminal } from './terminal.ts';
import type { Safety } from './safety.ts';

/** What of the process the program uses, and the signals and errors that it listens to. */
export interface ProcessLike extends NodeJS.EventEmitter, CacheOwner, Pick<NodeJS.Process, 'argv' | 'cwd'> {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

/** The package's own version. */
function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (
    typeof manifest === 'object' &&
    manifest !== null &&
    'version' in manifest &&
    typeof manifest.version === 'string'
  ) {
    return manifest.version;
  }
  throw new Error('package.json has no version');
}

/** Makes the one object through which commands reach the outside. @param tellEveryMs how often work tells how far it is where no bar can be drawn */
export function createWorld(
  process: ProcessLike,
  terminal: Terminal,
  signal: AbortSignal,
  safety: Safety,
  tellEveryMs: number,
): World {
  return {
    cwd: process.cwd(),
    actor: (named) => actorOf(named, process.env, process.cwd()),
    now: clock(process.env['SOURCE_DATE_EPOCH']),
    stdin: process.stdin,
    signal,
    // The same paths from src/cli and from dist/cli.
    modelHost: fileURLToPath(new URL('../../bin/model-host.js', import.meta.url)),
    get permissions() {
      return safety.permissions;
    },
    get trusted() {
      return safety.trusted;
    },
    get work() {
      return safety.work;
    },
    version: packageVersion(),
    ownSecret: () => ownSecret(process),
    progress: createProgress(process.stderr, process.env, tellEveryMs),
    // Notes quote logs, servers and programs.
    note: (text) => terminal.diagnostic(harmlessLines(text)),
    questions: questionsOn(process, signal),
  };
}

function clock(sourceDateEpoch: string | undefined): () => Date {
  if (sourceDateEpoch === undefined || sourceDateEpoch === '') return () => new Date();
  if (!/^\d{1,12}$/u.test(sourceDateEpoch)) {
    throw invalidInput(`SOURCE_DATE_EPOCH is ${JSON.stringify(sourceDateEpoch)}, not a number of seconds`, {
      hint: 'Set it to Unix seconds, for example SOURCE_DATE_EPOCH=1764547200, or unset it.',
    });
  }
  const fixed = Number(sourceDateEpoch) * 1000;
  return () => new Date(fixed);
}
