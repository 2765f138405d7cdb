import { listening } from '../fixtures/listening.ts';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';

/** A message as it arrived. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the receiver answers the n-th message: a status with headers, or nothing at all where it hangs up. */
export type Answers = (
  message: number,
  received: Received,
) => { readonly status: number; readonly headers?: Record<string, string> } | 'cut';

/** A receiver of webhooks on loopback, which keeps what it got. */
export async function webhookReceiver(
  answers: Answers = () => ({ status: 200 }),
): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => void (body += text));
    request.on('end', () => {
      const message = { headers: request.headers, body };
      received.push(message);
      const answer = answers(received.length, message);
      if (answer === 'cut') request.socket.destroy();
      else response.writeHead(answer.status, answer.headers).end();
    });
  });
  const url = await listening(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `${url}/hook`, received };
}
