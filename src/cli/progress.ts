import { createRequire } from 'node:module';
import type * as CliProgress from 'cli-progress';
import type { Progress } from '../gate/world.ts';
import type { OutputStream } from './terminal.ts';

const silent: Progress = { report() {}, finish() {} };

/** Progress bars on a terminal's standard error; nothing in a pipe, in CI logs or on a terminal that cannot redraw. */
export function createProgress(stderr: OutputStream, environment: NodeJS.ProcessEnv): Progress {
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
