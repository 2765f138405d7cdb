import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/gate/evaluate/evaluate.ts';
import { answering } from '../../cli/metrics-answers.ts';
import { isInstalled } from '../../routing/real-server.ts';
import { type MetricsServer, startPrometheus } from './metrics-server.ts';
import { end, requests, scrapedRollout } from './scraped.ts';

/** Passes questions on, and tells the time of a clock that is so many seconds ahead. */
async function withClock(url: string, aheadSeconds: number | undefined): Promise<string> {
  return await answering(async (request, response) => {
    const answer = await fetch(`${url}${request.url}`);
    response.sendDate = false;
    if (aheadSeconds !== undefined)
      response.setHeader('date', new Date(Date.now() + aheadSeconds * 1000).toUTCString());
    response.writeHead(answer.status).end(await answer.text());
  });
}

describe.skipIf(!isInstalled('prometheus') || !isInstalled('promtool'))('a metrics server with another clock', () => {
  let server: MetricsServer;
  beforeAll(async () => {
    const counted = [requests('good', '1.0.0', '200', { rise: 90 }), requests('good', '1.1.0', '200', { rise: 10 })];
    server = await startPrometheus(counted);
  }, 60_000);
  afterAll(() => server?.stop());

  async function look(aheadSeconds: number | undefined, settle: string) {
    const url = await withClock(server.url, aheadSeconds);
    const rollout = scrapedRollout(url, 'good', ['{ metric: error_rate, max: 1% }'], { settle });
    const world = { ...rollout.world, permissions: rollout.world.permissions, now: () => new Date(end * 1000) };
    const { evidence } = await evaluate(world, 'plan.yaml', {});
    const offline = await evaluate(world, 'plan.yaml', { offline: true });
    const check = evidence.checks.find(({ name }) => name === 'answers');
    expect(offline.evidence.checks.find(({ name }) => name === 'answers')).toEqual(check);
    return { verdict: evidence.verdict, check };
  }

  test.each([
    [300, 'ahead of'],
    [-300, 'behind'],
  ])('by %d seconds holds where settle leaves out less, and says so', async (ahead, side) => {
    const { verdict, check } = await look(ahead, '1m');
    expect(verdict.decision).toBe('hold');
    expect(check?.status).toBe('hold');
    expect(check?.detail).toMatch(
      new RegExp(
        `^the metrics server's clock is (?:29\\d|30\\d) s ${side} this machine's, and settle leaves out 60 s: set the clocks, or write a longer settle$`,
        'u',
      ),
    );
  });

  test.each([
    [300, '10m'],
    [-300, '10m'],
    [20, '0m'],
    [undefined, '0m'],
  ])('by %s seconds is no matter where settle leaves out %s', async (ahead, settle) => {
    const { check } = await look(ahead, settle);
    expect(check).toEqual({ name: 'answers', status: 'pass', detail: 'the metrics server answered in full' });
  });
});
