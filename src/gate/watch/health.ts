import { createServer } from 'node:http';
import { invalidInput, messageOf, unusableFile } from '../../domain/errors.ts';
import { renderReport } from '../report/report-files.ts';
import type { Tick } from './tick.ts';

/** A server that says whether the watch goes on, and what it found. */
export interface HealthServer {
  readonly told: (tick: Tick) => void;
  readonly close: () => void;
}

/** A watch is well while its last tick of each plan is younger than three of its ticks and did not fail. */
const patientTicks = 3;

/** Serves `/healthz` and `/metrics`. @param place `PORT` or `HOST:PORT` @throws UserError (exit 2 or 5) */
export async function serveHealth(place: string, everyMs: number): Promise<HealthServer> {
  const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?(\d{1,5})$/u.exec(place) ?? [];
  if (port === '' || Number(port) > 65_535) {
    throw invalidInput(`--health ${place} is not a port`, { hint: 'Write --health 9090 or --health 0.0.0.0:9090.' });
  }
  const last = new Map<string, { readonly tick: Tick; readonly at: number }>();
  const began = Date.now();
  const server = createServer((request, response) => {
    void answer(request.url ?? '/', last, began, everyMs).then(
      ({ status, text }) => response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
      (error: unknown) => response.writeHead(500).end(messageOf(error)),
    );
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', (error) =>
      failed(unusableFile(`--health ${place} cannot be served: ${messageOf(error)}`, { hint: 'Name another port.' })),
    );
    server.listen(Number(port), host, listening);
  });
  return {
    told: (tick) => void last.set(tick.plan, { tick, at: Date.now() }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(
  url: string,
  last: ReadonlyMap<string, { readonly tick: Tick; readonly at: number }>,
  began: number,
  everyMs: number,
): Promise<{ readonly status: number; readonly text: string }> {
  const ticks = [...last.values()];
  if (url === '/healthz') {
    const oldest = Math.min(...ticks.map(({ at }) => at), ticks.length === 0 ? began : Number.POSITIVE_INFINITY);
    const isWell = Date.now() - oldest < patientTicks * everyMs && ticks.every(({ tick }) => tick.did !== 'failed');
    return { status: isWell ? 200 : 503, text: `${isWell ? 'watching' : 'not well'}\n` };
  }
  if (url !== '/metrics') return { status: 404, text: 'ask /healthz or /metrics\n' };
  const [only] = ticks;
  const { evaluation } = ticks.length === 1 && only !== undefined ? only.tick : {};
  const found = evaluation === undefined ? '' : await renderReport('prom', await evaluation.report());
  const names = ticks.map(
    ({ tick, at }) =>
      `canary_watch_last_tick_seconds{plan=${JSON.stringify(tick.plan)},did="${tick.did}"} ${at / 1000}\n`,
  );
  return { status: 200, text: `# TYPE canary_watch_last_tick_seconds gauge\n${names.join('')}${found}` };
}
