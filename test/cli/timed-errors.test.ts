import { expect, test } from 'vitest';
import type { HttpArtifact } from '../../src/domain/registry.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { type Answer, serve } from '../models/http/loopback.ts';
import { runInstalled } from './harness.ts';
import { writeRollout } from './http-rollout.ts';
import { isWhole } from '../fixtures/tiers.ts';

const requests = 300;
/** What a version that is about to be timed gets first, in each of its five pairs of processes. */
const warmUp = 200;
const pairs = 5;

/** A version on a server whose answer may depend on how many it gave. */
async function version(answer: (posts: number) => Answer = () => ({ json: { label: 'yes' } })): Promise<HttpArtifact> {
  let posts = 0;
  const { url } = await serve(({ method }) => {
    if (method === 'GET') return { text: 'hello' };
    posts += 1;
    return answer(posts);
  });
  return { runtime: 'http', url, protocol: 'json', body: { x: '{{input}}' }, answer: { label: 'label' } };
}

async function evaluateTimed(candidate: HttpArtifact) {
  const folder = writeRollout({
    baseline: await version(),
    candidate,
    signature: { output: { kind: 'classification', labels: ['no', 'yes'] } },
    records: Array.from({ length: requests }, (_, index) => ({ input: index, label: 'yes' })),
    guardrails: ['{ metric: error_rate, max: 50% }', '{ metric: latency.mean, max: 1s }'],
    replay: `{ latencyRequests: ${requests} }`,
  });
  const { stdout, stderr } = await runInstalled(['evaluate', 'plan.yaml', '--format', 'json'], { cwd: folder });
  return { stderr, outcomes: parseEvidence(stdout, 'standard output').outcomes };
}

test('a request that is replayed and timed can fail once', async () => {
  const { outcomes } = await evaluateTimed(
    await version((posts) => {
      const isReplay = posts <= requests;
      const isTimed = posts > requests + warmUp;
      if (isReplay && posts % 10 === 0) return { text: 'no', status: 500 };
      return isTimed && posts % 10 === 5 ? { text: 'no', status: 500 } : { json: { label: 'yes' } };
    }),
  );
  expect(outcomes.candidate).toEqual({ requests, errors: { 'http-5xx': requests / 10 } });
});

test.runIf(isWhole)('a server that goes away while it is timed is told of, with what asks it again', async () => {
  const { stderr, outcomes } = await evaluateTimed(
    await version((posts) => (posts > requests + pairs * warmUp + 260 ? 'drop' : { json: { label: 'yes' } })),
  );
  expect(outcomes.candidate.errors).toEqual({ connect: 40 });
  expect(stderr).toBe('1.1.0, while it was timed: connect 40 times; these times are kept; --fresh takes new ones\n');
});
