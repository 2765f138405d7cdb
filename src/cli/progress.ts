import { createRequire } from 'node:module';
import type * as CliProgress from 'cli-progress';
import type { Progress } from '../gate/world.ts';
import { formatCount } from '../domain/format-number.ts';
import type { OutputStream } from './terminal.ts';

/** Progress bars on a terminal's standard error; in a pipe, in CI logs or on a terminal that cannot redraw a line now and then. */
export function createProgress(stderr: OutputStream, environment: NodeJS.ProcessEnv, tellEveryMs: number): Progress {
  const redraws = stderr.isTTY === true && environment['TERM'] !== 'dumb' && environment['CI'] === undefined;
  return redraws ? bars(stderr) : lines(stderr, tellEveryMs);
}

function bars(stderr: OutputStream): Progress {
  let display: CliProgress.MultiBar | undefined;
  const known = new Map<string, { readonly bar: CliProgress.SingleBar; readonly startedAt: number }>();
  return {
    begin() {},
    report(work, done, total) {
      const now = performance.now();
      display ??= openDisplay(stderr);
      const shown = known.get(work) ?? { bar: display.create(total, 0, { work, rate: 0 }), startedAt: now };
      known.set(work, shown);
      const seconds = (now - shown.startedAt) / 1000;
      shown.bar.update(done, { work: work.padEnd(24), rate: seconds > 0 ? Math.round(done / seconds) : 0 });
    },
    finish() {
      display?.stop();
      display = undefined;
      known.clear();
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

/** A line every so often, since CI systems end a job that says nothing and people do not know whether it hangs. */
function lines(stderr: OutputStream, everyMs: number): Progress {
  const startedAt = performance.now();
  const latest = new Map<string, { readonly done: number; readonly total: number }>();
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const open = [...latest].filter(([, { done, total }]) => done < total);
    const far = open.map(([work, { done, total }]) => `, ${work}: ${formatCount(done)} of ${formatCount(total)}`);
    stderr.write(`working for ${seconds} s${far.join('')}\n`);
  };
  return {
    begin() {
      // Without end it is no interval: a timer of Node's waits for no more than 25 days.
      if (Number.isFinite(everyMs)) timer ??= setInterval(tell, everyMs).unref();
    },
    report(work, done, total) {
      latest.set(work, { done, total });
    },
    finish() {
      clearInterval(timer);
      timer = undefined;
      latest.clear();
    },
  };
}
