import { expect, test } from 'vitest';
import type { HttpArtifact } from '../../src/domain/registry.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { serve } from '../models/http/loopback.ts';
import { runInstalled } from './harness.ts';
import { writeRollout } from './http-rollout.ts';
import { isWhole } from '../fixtures/tiers.ts';

const requests = 120;
const isHard = (input: number) => input % 12 === 0;
/** Long beside an answer, also on a busy machine. */
const waitMs = 500;

/** A version on a server, which says yes to what is easy, right or wrong by chance to what is hard, or keeps silent. */
async function version(refuses: boolean): Promise<HttpArtifact> {
  const { url } = await serve(async ({ method, body }) => {
    if (method === 'GET') return { text: 'hello' };
    const x = Number(/\d+/u.exec(body)?.[0]);
    if (isHard(x) && refuses) await new Promise((resolve) => void setTimeout(resolve, 4 * waitMs));
    return { json: { label: isHard(x) && x % 24 === 0 ? 'no' : 'yes' } };
  });
  return { runtime: 'http', url, protocol: 'json', body: { x: '{{input}}' }, answer: { label: 'label' } };
}

// It waits for some hundred timeouts: `.ci/run` does.
test.skipIf(!isWhole)(
  'a candidate that times out on exactly the hard requests of a replay gains nothing by it',
  async () => {
    const folder = writeRollout({
      baseline: await version(false),
      candidate: await version(true),
      signature: { output: { kind: 'classification', labels: ['no', 'yes'] } },
      records: Array.from({ length: requests }, (_, index) => ({ input: index, label: 'yes' })),
      guardrails: ['{ metric: accuracy, maxDecrease: 3pp }', '{ metric: latency.p90, max: 1s }'],
      replay: `{ latencyRequests: ${requests}, timeout: ${waitMs}ms }`,
    });
    const { stdout, exitCode } = await runInstalled(['evaluate', 'plan.yaml', '--format', 'json'], { cwd: folder });
    const evidence = parseEvidence(stdout, 'standard output');
    expect(evidence.outcomes.candidate.errors).toEqual({ timeout: 10 });
    const accuracy = evidence.comparisons.find(({ metric }) => metric === 'accuracy');
    // Of the answers alone all are right; of the requests 10 are not, where the baseline has 5 wrong.
    expect(accuracy).toMatchObject({ baseline: 115 / 120, candidate: 110 / 120 });
    expect(exitCode).not.toBe(0);
  },
);
