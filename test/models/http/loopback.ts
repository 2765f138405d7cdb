import { createServer, type IncomingHttpHeaders, type IncomingMessage, type RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a server answers: a value as JSON, or a status with a text; `drop` closes the connection without a word. */
export type Answer =
  | { readonly json: unknown; readonly status?: number }
  | {
      readonly text: string;
      readonly status?: number;
      readonly type?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'drop';

export interface Loopback {
  readonly url: string;
  /** Everything that came, in its order. */
  readonly received: readonly Received[];
  close(): Promise<void>;
}

type CleanUp = (close: () => Promise<void>) => void;

/** A server on a free port of this machine, which is gone when the test is over. */
export async function serve(
  answer: (request: Received) => Answer | Promise<Answer>,
  cleanUp: CleanUp = onTestFinished,
): Promise<Loopback> {
  const received: Received[] = [];
  return await listen(
    async (request, response) => {
      const { method = '', url: path = '', headers } = request;
      const asked = { method, path, headers, body: await textOf(request) };
      received.push(asked);
      const answered = await answer(asked);
      if (answered === 'drop') {
        request.socket.destroy();
      } else if ('json' in answered) {
        response.writeHead(answered.status ?? 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answered.json));
      } else {
        response.writeHead(answered.status ?? 200, {
          'content-type': answered.type ?? 'text/plain',
          ...answered.headers,
        });
        response.end(answered.text);
      }
    },
    received,
    cleanUp,
  );
}

/** A server that answers GET at the given paths, and POST at one path. */
export function serveModel(
  facts: Readonly<Record<string, unknown>>,
  path: string,
  predict: (body: string, request: Received) => Answer,
): Promise<Loopback> {
  return serve((request) => {
    if (request.method === 'GET' && request.path in facts) return { json: facts[request.path] };
    if (request.method === 'POST' && request.path === path) return predict(request.body, request);
    return { text: 'not found', status: 404 };
  });
}

async function listen(
  listener: (...from: Parameters<RequestListener>) => Promise<void>,
  received: readonly Received[],
  cleanUp: CleanUp,
): Promise<Loopback> {
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  };
  cleanUp(close);
  return { url: `http://127.0.0.1:${address.port}`, received, close };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) if (part instanceof Buffer) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** A port of this machine on which nobody listens. */
export async function deadUrl(): Promise<string> {
  const server = await serve(() => 'drop');
  await server.close();
  return server.url;
}
