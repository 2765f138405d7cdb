import { listening } from '../fixtures/listening.ts';
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
  const url = await listening(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return url;
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
