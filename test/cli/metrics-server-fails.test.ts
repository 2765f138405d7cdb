import { describe, expect, test } from 'vitest';
import { askPrometheus } from '../../src/remote/metrics/prometheus-call.ts';
import { scrapedRollout } from '../gate/dashboards/scraped.ts';
import { answering, evaluate, guardrails, json, secret } from './metrics-answers.ts';

describe('a server that cannot be asked', () => {
  const nowhere = 'http://127.0.0.1:9';

  test('needs the variable that the plan names', async () => {
    const { exitCode, stderr } = await evaluate(
      scrapedRollout(nowhere, 'x', guardrails, { more: 'token: { env: PROM_TOKEN },' }),
    );
    expect([exitCode, stderr]).toEqual([
      5,
      expect.stringContaining('requests.token needs the environment variable PROM_TOKEN, which is not set'),
    ]);
  });

  test('is asked only at hosts that are allowed, and not at all with --no-run', async () => {
    const rollout = scrapedRollout(nowhere, 'x', guardrails);
    const [other, none] = [
      await evaluate(rollout, ['--allow-host', 'prometheus:9090']),
      await evaluate(scrapedRollout(nowhere, 'x', guardrails), ['--no-run']),
    ];
    expect([other.exitCode, other.stderr]).toEqual([5, expect.stringContaining('but no --allow-host names it')]);
    expect([none.exitCode, none.stderr]).toEqual([5, expect.stringContaining('--no-run asks no server')]);
  });

  test.each([
    [
      'refuses this token or password',
      401,
      { status: 'error', error: `wrong ${secret}` },
      'refuses this token or password (status 401)',
    ],
    [
      'is overloaded',
      503,
      { status: 'error', errorType: 'unavailable', error: `busy ${secret}` },
      'answered with status 503: busy ***',
    ],
    [
      'gives its own query up',
      503,
      { status: 'error', errorType: 'timeout', error: 'query timed out in expression evaluation' },
      'answered with status 503: query timed out in expression evaluation',
    ],
    [
      'fails at its own query',
      422,
      { status: 'error', errorType: 'execution', error: 'query processing would load too many samples' },
      'answered with status 422: query processing would load too many samples',
    ],
    ['is no metrics server', 200, 'hello', 'did not answer as Prometheus does'],
    ['has another path', 404, 'not found', 'Is the path in requests.url right?'],
  ])('is exit 5 where it %s', async (_title, status, body, said) => {
    const url = await answering((_request, response) => json(response, status, body));
    const { exitCode, stderr } = await evaluate(
      scrapedRollout(url, 'x', guardrails, { more: 'token: { env: PROM_TOKEN },' }),
      [],
      { PROM_TOKEN: secret },
    );
    expect([exitCode, stderr]).toEqual([5, expect.stringContaining(said)]);
    expect(stderr).not.toContain(secret);
  });

  test('is not followed to another host, which would get the token', async () => {
    const asked: string[] = [];
    const other = await answering((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    const url = await answering((_request, response) => response.writeHead(302, { location: `${other}/steal` }).end());
    const { exitCode, stderr } = await evaluate(scrapedRollout(url, 'x', guardrails));
    expect([exitCode, stderr, asked]).toEqual([5, expect.stringContaining('redirects are not followed'), []]);
  });

  test('is given up where it answers slowly for ever', async () => {
    const url = await answering((_request, response) => {
      const drip = setInterval(() => void response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });
    const server = { url, place: 'requests', secrets: [], timeoutMs: 60 };
    const asking = askPrometheus(
      { run: true, environment: {} },
      server,
      'up',
      new Date(),
      new AbortController().signal,
    );
    await expect(asking).rejects.toThrow('did not answer within 0.06 s');
  });
});

describe('a server that answers', () => {
  const vector = { status: 'success', data: { resultType: 'vector', result: [] } };

  test('holds where it warns that its answer is not whole', async () => {
    const url = await answering((_request, response) =>
      json(response, 200, { ...vector, warnings: ['store eu-1 is away'] }),
    );
    const { exitCode, stdout } = await evaluate(scrapedRollout(url, 'x', guardrails), ['--format', 'json']);
    expect(exitCode).toBe(3);
    expect(stdout).toContain('the metrics server warns: store eu-1 is away');
  });
});
