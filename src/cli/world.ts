import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { invalidInput } from '../domain/errors.ts';
import type { World, Progress } from '../gate/world.ts';
import { actorOf } from './actor.ts';
import type { OutputStream, Terminal } from './terminal.ts';
import type { Safety } from './safety.ts';
import { createRequire } from 'node:module';
import type * as CliProgress from 'cli-progress';

/** What of the process the program uses, and the signals and errors that it listens to. */
export interface ProcessLike extends NodeJS.EventEmitter, Pick<NodeJS.Process, 'argv' | 'env' | 'cwd'> {
  readonly stdin: NodeJS.ReadableStream;
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

/** Makes the one object through which commands reach the outside. */
export function createWorld(process: ProcessLike, terminal: Terminal, signal: AbortSignal, safety: Safety): World {
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
    version: packageVersion(),
    progress: createProgress(process.stderr, process.env),
    note: (line) => terminal.diagnostic(line),
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

const silent: Progress = { report() {}, finish() {} };

/** Progress bars on a terminal's standard error; nothing in a pipe, in CI logs or on a terminal that cannot redraw. */
function createProgress(stderr: OutputStream, environment: NodeJS.ProcessEnv): Progress {
  if (stderr.isTTY !== true || environment['TERM'] === 'dumb' || environment['CI'] !== undefined) return silent;
  let display: CliProgress.MultiBar | undefined;
  const bars = new Map<string, { readonly bar: CliProgress.SingleBar; readonly startedAt: number }>();
  return {
    report(work, done, total) {
      const now = performance.now();
      display ??= openDisplay(stderr);
      const known = bars.get(work) ?? { bar: display.create(total, 0, { work, rate: 0 }), startedAt: now };
      bars.set(work, known);
      const seconds = (now - known.startedAt) / 1000;
      known.bar.update(done, { work: work.padEnd(24), rate: seconds > 0 ? Math.round(done / seconds) : 0 });
    },
    finish() {
      display?.stop();
      display = undefined;
      bars.clear();
    },
  };
}

function openDisplay(stream: OutputStream): CliProgress.MultiBar {
  // Loaded at the first report: most commands have no long work, and help should answer at once.
  const { MultiBar, Presets }: typeof CliProgress = createRequire(import.meta.url)('cli-progress');
  return new MultiBar(
    {
      stream,
      format: '{work} {bar} {value}/{total} {rate}/s, {eta_formatted} left',
      clearOnComplete: true,
      hideCursor: true,
      barsize: 24,
    },
    Presets.shades_classic,
  );
}
