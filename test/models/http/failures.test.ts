import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { HttpEndpoint } from '../../../src/domain/endpoint.ts';
import type { Signature } from '../../../src/domain/registry.ts';
import { openEndpoint, said } from './http-spec.ts';
import { type Answer, deadUrl, serve } from './loopback.ts';

const binary: Signature = { output: { kind: 'classification', labels: ['no', 'yes'] } };

function plain(url: string): HttpEndpoint {
  return { url, protocol: 'json', body: { x: '{{input}}' }, answer: { scores: 'p' } };
}

const good: Answer = { json: { p: [0.1, 0.9] } };
const page = '<!DOCTYPE html>\n<html><body>Please sign in</body></html>';

/** What happens to one request that is answered so. */
async function outcomeOf(...answers: readonly (Answer | Promise<Answer>)[]) {
  let posts = 0;
  const { url } = await serve(({ method }) => {
    if (method === 'GET') return { text: 'hello' };
    posts += 1;
    return answers[Math.min(posts, answers.length) - 1] ?? good;
  });
  const model = await openEndpoint(plain(url), { signature: binary, traffic: { timeoutMs: 400 } });
  const [outcome] = await model.predict([1]);
  return { ...outcome, posts };
}

const never = new Promise<Answer>(() => undefined);

test.each([
  ['no answer in time', never, 'timeout', /^no answer in the time allowed$/u, 1],
  // Three tries, and one on the connection that was kept from the question before the replay.
  ['a connection that is closed every time', 'drop', 'connect', /other side closed/u, 4],
  ['status 404', { text: 'no such model', status: 404 }, 'http-4xx', /^status 404: no such model$/u, 1],
  ['status 500', { json: { error: 'CUDA' }, status: 500 }, 'http-5xx', /^status 500: \{"error":"CUDA"\}$/u, 1],
  ['status 503 every time', { text: 'busy', status: 503 }, 'http-5xx', /^status 503: busy$/u, 3],
  ['status 429 every time', { text: 'slow down', status: 429 }, 'http-4xx', /^status 429/u, 3],
  [
    'a redirect',
    { text: '', status: 302, headers: { location: '/login' } },
    'bad-response',
    /^status 302: to \/login; redirects/u,
    1,
  ],
  [
    'an HTML page',
    { text: page, type: 'text/html' },
    'bad-response',
    /not JSON: an HTML page, <!DOCTYPE html> <html>/u,
    1,
  ],
  ['an empty body', { text: '' }, 'bad-response', /^the answer is not JSON: it is empty$/u, 1],
  ['another shape', { json: { p: [0.1, 0.2, 0.7] } }, 'bad-response', /^3 outputs for 2 labels$/u, 1],
  ['nothing at the path', { json: { q: 1 } }, 'bad-response', /^the answer has nothing at p: \{"q":1\}$/u, 1],
  ['a bare NaN', { text: '{"p": [NaN, 0.5]}' }, 'bad-response', /^output 0 is NaN$/u, 1],
  ['Infinity', { text: '{"p": [0.5, -Infinity]}' }, 'bad-response', /^output 1 is -Infinity$/u, 1],
] satisfies [string, Answer | Promise<Answer>, string, RegExp, number][])(
  '%s is an error of its own kind',
  async (_, answer, error, detail, posts) => {
    const outcome = await outcomeOf(answer);
    expect(outcome).toMatchObject({ ok: false, error, posts, detail: expect.stringMatching(detail) });
  },
);

test('bare NaN beside the prediction is tolerated, and text that says NaN is left alone', async () => {
  const text = '{"p": [0.25, 0.75], "drift": NaN, "limits": [-Infinity, Infinity], "note": "NaN \\" Infinity"}';
  expect(await outcomeOf({ text })).toMatchObject({ ok: true, prediction: { label: 'yes', score: 0.75 } });
});

test.each([
  ['a closed connection', 'drop'],
  ['status 503', { text: 'starting', status: 503 }],
  ['status 429', { text: 'later', status: 429, headers: { 'retry-after': '0' } }],
] satisfies [string, Answer][])('%s is tried again, and counted', async (_, first) => {
  expect(await outcomeOf(first, good)).toMatchObject({ ok: true, retries: 1, posts: 2 });
});

test('a server that asks for more patience than there is gets none', async () => {
  const busy: Answer = { text: 'busy', status: 503, headers: { 'retry-after': '30' } };
  expect(await outcomeOf(busy, good)).toMatchObject({ ok: false, error: 'http-5xx', posts: 1 });
});

test('a server that is down is soon left alone: retries end long before the requests do', async () => {
  const server = await serve(({ method }) => (method === 'GET' ? { text: 'hello' } : 'drop'));
  const model = await openEndpoint(plain(server.url), { signature: binary });
  const outcomes = await model.predict(Array.from({ length: 200 }, (_, index) => index));
  expect(new Set(said(outcomes))).toEqual(new Set(['connect']));
  const posts = server.received.filter(({ method }) => method === 'POST').length;
  expect(posts).toBeGreaterThan(200);
  expect(posts).toBeLessThan(215);
});

test('what is sent at once stays within the concurrency, on connections that are kept', async () => {
  let [now, most] = [0, 0];
  const { url, received } = await serve(async () => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    now -= 1;
    return good;
  });
  const model = await openEndpoint(plain(url), { signature: binary, traffic: { concurrency: 3 } });
  await Promise.all([model.predict(Array(20).fill(0)), model.predict(Array(20).fill(0))]);
  expect(most).toBe(3);
  expect(received.every(({ headers }) => headers.connection === 'keep-alive')).toBe(true);
});

test('a pause keeps the starts of requests apart', async () => {
  const starts: number[] = [];
  const { url } = await serve(({ method }) => {
    if (method === 'POST') starts.push(performance.now());
    return good;
  });
  const model = await openEndpoint(plain(url), { signature: binary, traffic: { concurrency: 8, pauseMs: 20 } });
  await model.predict(Array(10).fill(0));
  expect((starts.at(-1) ?? 0) - (starts[0] ?? 0)).toBeGreaterThan(9 * 20 - 15);
});

test('a server that is not there is one clear error', async () => {
  const url = await deadUrl();
  await expect(openEndpoint(plain(url), { signature: binary })).rejects.toMatchObject({
    exitCode: 5,
    message: `its server ${url} does not answer: connect ECONNREFUSED ${url.replace('http://', '')}`,
    hint: 'Start it, or correct artifact.url in the registry.',
  });
});

test('something that does not speak HTTP is told as such', async () => {
  const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  await expect(openEndpoint(plain(`http://127.0.0.1:${port}`), { signature: binary })).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('does not answer'),
  });
});

test('variables of headers that are not set are all told, before anything is sent', async () => {
  const { url, received } = await serve(() => good);
  const headers = { Authorization: 'Bearer ${MODEL_TOKEN}', 'X-Tenant': '${TENANT}-eu' };
  const opening = openEndpoint({ ...plain(url), headers }, { environment: { MODEL_TOKEN: '' } });
  await expect(opening).rejects.toMatchObject({
    exitCode: 5,
    message: 'environment variables of its headers are not set: Authorization needs MODEL_TOKEN, X-Tenant needs TENANT',
  });
  expect(received).toEqual([]);
});

test('headers are sent with their values, and a server that repeats them is not quoted', async () => {
  const { url, received } = await serve(({ method, headers }) =>
    method === 'GET' ? good : { text: `who is ${headers.authorization}?`, status: 401 },
  );
  const headers = { Authorization: 'Bearer ${MODEL_TOKEN}' };
  const options = { signature: binary, environment: { MODEL_TOKEN: 'tok-5ecret' } };
  const [outcome] = await (await openEndpoint({ ...plain(url), headers }, options)).predict([1]);
  expect(received.at(-1)?.headers.authorization).toBe('Bearer tok-5ecret');
  expect(outcome).toMatchObject({ error: 'http-4xx', detail: 'status 401: who is Bearer [secret]?' });
});

test.each([401, 403, 503])(
  'a server that answers the first question with %i is told before anything is sent',
  async (status) => {
    const { url } = await serve(() => ({ text: 'no', status }));
    await expect(openEndpoint(plain(url), { signature: binary })).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining(`with status ${status}: no`),
    });
  },
);
