import { expect, test } from 'vitest';
import { run } from './harness.ts';
import { replayedRollouts, shippedRollouts } from './shipped.ts';

const plan = 'rollouts/intent-1.5.0.yaml';

interface Detectable {
  readonly metric: string;
  readonly detectable: unknown;
}

async function detectable(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const { stdout, exitCode } = await run(['plan', plan, '--format', 'json'], { cwd: folder });
  expect(exitCode).toBe(0);
  const review: { readonly guardrails: readonly Detectable[] } = JSON.parse(stdout);
  return Object.fromEntries(review.guardrails.map(({ metric, detectable: found }) => [metric, found]));
}

test('plan tells what models that have to be replayed could be seen to do once a stage was evaluated, and runs none', async () => {
  expect((await detectable(shippedRollouts()))['accuracy']).toBe('known once the stage has been evaluated');

  const folder = await replayedRollouts();
  expect((await run(['evaluate', plan], { cwd: folder })).exitCode).toBe(0);
  const known = await detectable(folder);
  expect(known['accuracy']).toContainEqual(
    expect.objectContaining({ stage: 'canary-50', change: expect.closeTo(0.0147, 4) }),
  );
  // Only the shadow stage was timed, and every other judges the same users.
  const stages = ['shadow', 'canary-5', 'canary-25', 'canary-50', 'full'];
  expect(known['latency.p95']).toMatchObject(stages.map((stage) => ({ stage })));
});
