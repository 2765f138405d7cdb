import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import type { TestRollout } from '../fixtures/test-rollout.ts';
import { end } from '../gate/dashboards/scraped.ts';
import { run, type RunOptions } from './harness.ts';

export const guardrails = ['{ metric: error_rate, max: 1%, maxIncrease: 1pp }'];
export const secret = 'hunter2hunter2';

/** A server on loopback that answers everything in one way. */
export async function answering(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

export async function evaluate({ folder }: TestRollout, args: readonly string[] = [], env: RunOptions['env'] = {}) {
  return await run(['evaluate', 'plan.yaml', ...args], {
    cwd: folder,
    env: { SOURCE_DATE_EPOCH: String(end), ...env },
  });
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
