import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rollout as ArgoRollout } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout';
import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1beta1/HTTPRoute';
import { VirtualService } from '@kubernetes-models/istio/networking.istio.io/v1beta1/VirtualService';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readDefinition } from '../../src/assignment/definitions.ts';
import { routingTargets, type RoutingTarget } from '../../src/domain/exposure/routing.ts';
import { exportTarget } from '../../src/gate/exposure/export.ts';
import { bucketHeaderCode, type HeaderLanguage } from '../../src/routing/headers/bucket-header.ts';
import { run, temporaryFolder } from '../cli/harness.ts';
import { candidate, TestRollout } from '../fixtures/test-rollout.ts';
import { exampleRoutes, routeItem } from './example-routes.ts';
import { isInstalled } from './real-server.ts';

const stages =
  '[{ name: shadow, weight: 0 }, { name: fifth, weight: 5% }, { name: half, weight: 50% }, { name: full, weight: 1 }]';

function rolloutTo(target: RoutingTarget, traffic?: Readonly<Record<string, number>>): TestRollout {
  const { assignment } = exampleRoutes[target];
  const plan = { stages, routing: `[${routeItem(target)}]`, ...(assignment === undefined ? {} : { assignment }) };
  return new TestRollout({ plan, ...(traffic === undefined ? {} : { traffic }) });
}

async function exported(target: RoutingTarget, weight: string): Promise<string> {
  const result = await exportTarget(rolloutTo(target).world, target, 'plan.yaml', { weight });
  if (result.kind !== 'text') throw new Error('nothing was exported');
  return result.text;
}

describe.each(routingTargets)('%s', (target) => {
  test('is told the same bytes for the same weight', async () => {
    await expect(await exported(target, '5%')).toMatchFileSnapshot(`golden/${target}.txt`);
  });

  test('has a text at every stage', async () => {
    for (const stage of ['shadow', 'fifth', 'half', 'full'])
      expect(await exportTarget(rolloutTo(target).world, target, 'plan.yaml', { stage })).toHaveProperty('text');
  });
});

describe.each(['flagd', 'unleash', 'growthbook', 'launchdarkly', 'optimizely'] as const)('the flag of %s', (scheme) => {
  test.each([0, 0.05, 0.5, 1])('says its share of %d, first, and nothing before it', async (weight) => {
    const text = await exported(scheme, String(weight));
    expect(readDefinition(scheme, text, { flag: undefined, names: [candidate, 'candidate'] })).toMatchObject({
      share: { weight, first: true },
      before: [],
    });
  });
});

describe('objects of Kubernetes are valid by their own schemas', () => {
  test.each(['0', '5%', '1'])('at %s', async (weight) => {
    const route = parse(await exported('gateway-api', weight));
    const service = parse(await exported('istio', weight));
    // The packages that run here know these kinds as v1beta1, which has the same fields.
    new HTTPRoute({ ...route, apiVersion: 'gateway.networking.k8s.io/v1beta1' }).validate();
    new VirtualService({ ...service, apiVersion: 'networking.istio.io/v1beta1' }).validate();
    const rollout = parse(await exported('argo-rollouts', weight));
    const template = { spec: { containers: [{ name: 'a', image: 'b' }] } };
    new ArgoRollout({ ...rollout, spec: { ...rollout.spec, selector: {}, template } }).validate();
    expect(route.spec.rules[0].backendRefs).toHaveLength(2);
  });
});

describe('canary export', () => {
  const traffic = { '1.0.0': 0.95, [candidate]: 0.05 };

  test('compares a file with the registry', async () => {
    const rollout = rolloutTo('istio', traffic);
    const options = { cwd: rollout.folder };
    expect((await run(['export', 'istio', 'plan.yaml', '-o', 'live.yaml'], options)).exitCode).toBe(0);
    expect(await run(['export', 'istio', 'plan.yaml', '--check', 'live.yaml'], options)).toMatchObject({
      exitCode: 0,
      stdout: 'live.yaml agrees with the registry\n',
    });
    const live = readFileSync(join(rollout.folder, 'live.yaml'), 'utf8').replace('weight: 5', 'weight: 6');
    expect(await run(['export', 'istio', 'plan.yaml', '--check', '-'], { ...options, stdin: live })).toMatchObject({
      exitCode: 3,
      stdout: 'standard input differs from the registry\n  spec.http[0].route[0].weight: 6, but the registry has 5\n',
    });
  });

  test('lets a live object hold more than canary writes', async () => {
    const rollout = rolloutTo('istio', traffic);
    const { stdout } = await run(['export', 'istio', 'plan.yaml'], { cwd: rollout.folder });
    const live = JSON.stringify({ ...parse(stdout), status: { observedGeneration: 3 } });
    const compared = await run(['export', 'istio', 'plan.yaml', '--check', '-'], { cwd: rollout.folder, stdin: live });
    expect(compared.exitCode).toBe(0);
  });

  test('shows the line of a text that was edited by hand', async () => {
    const rollout = rolloutTo('nginx', traffic);
    const { stdout } = await run(['export', 'nginx', 'plan.yaml'], { cwd: rollout.folder });
    rollout.write('live.conf', stdout.replace('5% canary', '7% canary'));
    expect(await run(['export', 'nginx', 'plan.yaml', '--check', 'live.conf'], { cwd: rollout.folder })).toMatchObject({
      exitCode: 3,
      stdout: 'live.conf differs from the registry\n  line 3: 7% canary;, but the registry has 5% canary;\n',
    });
  });

  test.each([
    [['isto'], 2, 'There is no target "isto"'],
    [['istio', '--weight', '0.5%'], 2, 'istio cannot express 0.5%'],
    [['istio', '--weight', '5%', '--stage', 'half'], 2, '--stage and --weight both name a weight'],
    [['istio', '--lang', 'js'], 2, '--lang is only for bucket-header'],
    [['kserve'], 2, 'kserve needs service, modelFormat, baseline.storageUri, candidate.storageUri'],
    [['flagd'], 2, 'flagd would expose other users than those judged by murmur3'],
    [['istio', '--check', 'none.yaml'], 5, 'none.yaml cannot be read'],
    [['istio', '--check', 'plain.txt'], 5, 'plain.txt is neither JSON nor YAML'],
  ])('refuses %j', async ([target = '', ...options], exitCode, message) => {
    const rollout = rolloutTo('istio').write('plain.txt', 'nothing\n');
    const refused = await run(['export', target, 'plan.yaml', ...options], { cwd: rollout.folder });
    expect(refused).toMatchObject({ exitCode, stdout: '' });
    expect(refused.stderr).toContain(message);
  });
});

const languages: readonly (readonly [HeaderLanguage, string, string, readonly string[]])[] = [
  ['js', 'bucket.mjs', 'node', []],
  ['python', 'bucket.py', 'python3', []],
  ['go', 'bucket.go', 'go', ['run']],
  ['java', 'CanaryBucket.java', 'java', []],
];

describe.each(languages)('the bucket header in %s', (language, file, program, args) => {
  // java runs a source only where its compiler is there too.
  const isRunnable = isInstalled(program === 'java' ? 'javac' : program);

  test.skipIf(!isRunnable)('agrees with its vectors', { timeout: 120_000 }, () => {
    const folder = temporaryFolder();
    for (const salt of ['intent-1.5.0', 'quote " and \\ and \u{fc}']) {
      writeFileSync(join(folder, file), bucketHeaderCode(language, salt));
      const ran = spawnSync(program, [...args, join(folder, file)], { encoding: 'utf8' });
      expect(ran).toMatchObject({ status: 0, stderr: '' });
    }
  });

  test.skipIf(!isRunnable)('notices a wrong one', { timeout: 120_000 }, () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, file),
      bucketHeaderCode(language, 'a').replace('0xcc9e2d51', '0xcc9e2d52').replace('0xCC9E2D51', '0xCC9E2D52'),
    );
    expect(spawnSync(program, [...args, join(folder, file)]).status).not.toBe(0);
  });
});
