import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { isWhole } from '../fixtures/tiers.ts';

/** Whether a program is installed and its tests are asked for, which skip otherwise. */
export function isInstalled(program: string): boolean {
  return isWhole && spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** A port of loopback that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => found(port));
    });
  });
}

/** Starts a server and waits until it answers. @throws Error with what it said where it ends instead */
export async function startServer(program: string, args: readonly string[], port: number): Promise<ChildProcess> {
  const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => void (said += text));
  const ended = new Promise<never>((_, failed) => {
    child.once('exit', (code) => failed(new Error(`${program} ended with ${code}: ${said}`)));
    child.once('error', failed);
  });
  ended.catch(() => undefined);
  const agent = new Agent();
  for (;;) {
    const answer = await Promise.race([ask(agent, port, 'nobody').catch(() => undefined), ended]);
    if (answer !== undefined) break;
  }
  agent.destroy();
  return child;
}

type Headers = Readonly<Record<string, string>>;

/** What a server answers a user, as whom the header names them in UTF-8. */
function ask(agent: Agent, port: number, user: string, path = '/', further: Headers = {}): Promise<string> {
  return new Promise((answered, failed) => {
    const headers = { 'X-User-Id': Buffer.from(user, 'utf8').toString('latin1'), ...further };
    request({ agent, port, path, headers, host: '127.0.0.1' }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => void (body += text));
      response.once('end', () => answered(body.trim()));
    })
      .once('error', failed)
      .end();
  });
}

/** What a server answers each user, some at a time. */
export async function answersOf(
  port: number,
  users: readonly string[],
  path = '/',
  headersOf: (user: string) => Headers = () => ({}),
): Promise<readonly string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const answers: string[] = Array.from({ length: users.length }, () => '');
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < users.length; at = next++) {
      const user = users[at] ?? '';
      answers[at] = await ask(agent, port, user, path, headersOf(user));
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  agent.destroy();
  return answers;
}
