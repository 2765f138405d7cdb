import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { assign } from '../../src/gate/assign.ts';
import { run } from '../cli/harness.ts';
import { baseline, candidate, jsonLines, TestRollout } from '../fixtures/test-rollout.ts';
import { nginxFront } from './nginx-front.ts';
import { answersOf, freePort, isInstalled, startServer } from './real-server.ts';

const users = Array.from({ length: 2000 }, (_, index) => `user-${index}`);

/** A model that answers over HTTP, as long as it is well. */
async function modelServer(version: string, isWell: () => boolean): Promise<number> {
  const server: Server = createServer((_request, response) => {
    response.statusCode = isWell() ? 200 : 500;
    response.setHeader('X-Prediction', 'a').end(version);
  });
  const port = await freePort();
  await new Promise<void>((listening) => void server.listen(port, '127.0.0.1', () => listening()));
  onTestFinished(() => void server.close());
  return port;
}

/** What a live split needs of a request. */
const fields = {
  request_id: '$request_id',
  timestamp: '$msec',
  user_id: '$http_x_user_id',
  served_by: '$canary_upstream',
  latency_ms: '1',
  error: '$status',
  prediction: '$upstream_http_x_prediction',
  label: 'a',
};

const records = users.map((user, index) => ({
  request_id: `r${index}`,
  timestamp: new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString(),
  user_id: user,
  label: 'a',
  outcomes: { [baseline]: { prediction: 'a' }, [candidate]: { prediction: 'a' } },
}));

/** The processes that answer for a server of nginx. */
function workersOf({ pid }: ChildProcess): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
}

test.skipIf(!isInstalled('nginx'))(
  'a rollout on nginx: each stage exposes the users whom assign names, its access log decides the next, and a candidate that fails is taken out',
  { timeout: 300_000 },
  async () => {
    let isWell = true;
    const port = await freePort();
    const [stable, canary] = [await modelServer('stable', () => true), await modelServer('canary', () => isWell)];
    const rollout = new TestRollout({
      plan: {
        assignment: '{ scheme: nginx }',
        stages: '[{ name: tenth, weight: 10% }, { name: half, weight: 50% }, { name: full, weight: 1 }]',
        guardrails: '[{ metric: error_rate, max: 5%, test: point }]',
        checks: '{ window: warn, stability: warn, parity: warn, selection: warn }',
        routing:
          '[{ target: nginx, file: route.conf, baseline: { upstream: stable }, candidate: { upstream: canary } }]',
        apply: '["nginx -p . -c main.conf -s reload"]',
      },
      files: { 'log.jsonl': jsonLines(records) },
    });
    const { folder } = rollout;
    const log = 'access-$arg_step.jsonl';
    rollout.write('main.conf', nginxFront({ folder, port, stable, canary, fields, log }));
    const canaryCommand = async (...args: string[]) => await run([...args], { cwd: folder });
    await canaryCommand('export', 'nginx', 'plan.yaml', '-o', 'route.conf');
    const nginx = await startServer('nginx', ['-p', folder, '-c', 'main.conf'], port);
    onTestFinished(() => void nginx.kill());

    /** Whoever of the users the candidate served, by nginx's own access log: exactly those whom `assign` names. */
    async function served(step: string): Promise<readonly string[]> {
      await answersOf(port, users, `/?step=${step}`);
      // It writes a line once the answer is sent, so that the last may come after the answer.
      const lines = await vi.waitFor(
        () => {
          const written = readFileSync(join(folder, `access-${step}.jsonl`), 'utf8')
            .trim()
            .split('\n');
          expect(written).toHaveLength(users.length);
          return written;
        },
        { timeout: 30_000, interval: 20 },
      );
      const byCandidate = lines.map((line) => JSON.parse(line)).filter(({ served_by: by }) => by === 'canary');
      const assigned = await assign(rollout.world, 'plan.yaml', users, {});
      const expected = assigned.filter(({ cohort }) => cohort === 'canary').map(({ unit }) => unit);
      const found = byCandidate.map(({ user_id: user }) => String(user)).toSorted();
      expect(found).toEqual(expected.toSorted());
      return found;
    }

    /** Acts on the evidence, and waits until every process that knows the file from before is gone. */
    async function promote() {
      const before = workersOf(nginx);
      const promoted = await canaryCommand('promote', 'plan.yaml');
      while (workersOf(nginx).some((worker) => before.includes(worker))) await setImmediate();
      return promoted;
    }
    const live = (step: string) =>
      rollout.plan({
        requests: `{ source: access-${step}.jsonl, settle: 0m, fields: { servedBy: served_by }, versions: { stable: "${baseline}", canary: "${candidate}" } }`,
      });

    expect(await canaryCommand('evaluate', 'plan.yaml')).toMatchObject({ exitCode: 0 });
    expect(await promote()).toMatchObject({ exitCode: 0 });
    const first = await served('tenth');
    expect(first.length / users.length).toBeCloseTo(0.1, 1);

    live('tenth');
    expect(await canaryCommand('evaluate', 'plan.yaml')).toMatchObject({ exitCode: 0 });
    expect(await promote()).toMatchObject({ exitCode: 0 });
    isWell = false;
    const second = await served('half');
    expect(second).toEqual(expect.arrayContaining([...first]));

    live('half');
    expect(await canaryCommand('evaluate', 'plan.yaml')).toMatchObject({ exitCode: 4 });
    expect(await promote()).toMatchObject({ exitCode: 4 });
    expect(await served('after')).toEqual([]);
    expect(readFileSync(join(folder, 'route.conf'), 'utf8')).toContain('1.1.0 has 0%');
    expect(await canaryCommand('export', 'nginx', 'plan.yaml', '--check', 'route.conf')).toMatchObject({ exitCode: 0 });
  },
);
