import { connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import { listening } from '../fixtures/listening.ts';

/** A large answer is cut behind so many bytes. */
const cutAfter = 20_000;

/** Stands before a server, and cuts the connection of the first large answer in its middle. */
export async function cutting(to: URL): Promise<{ readonly endpoint: string; readonly cuts: () => number }> {
  let cuts = 0;
  const server = createServer((client) => {
    const behind = connect(Number(to.port), to.hostname);
    let passed = 0;
    client.on('data', (bytes) => {
      passed = 0;
      behind.write(bytes);
    });
    behind.on('data', (bytes) => {
      passed += bytes.byteLength;
      if (passed < cutAfter || cuts > 0) return void client.write(bytes);
      cuts += 1;
      client.destroy();
      behind.destroy();
    });
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const)
      one.on('close', () => other.end()).on('error', () => other.destroy());
  });
  const endpoint = await listening(server);
  onTestFinished(() => void server.close());
  return { endpoint, cuts: () => cuts };
}
