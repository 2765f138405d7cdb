import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { exportTarget } from '../../src/gate/exposure/export.ts';
import { TestRollout } from '../fixtures/test-rollout.ts';

const stages =
  '[{ name: dark, weight: 0, minRequests: 500 }, { name: tenth, weight: 10% }, { name: everyone, weight: 1 }]';

async function printed(plan: Readonly<Record<string, string>>): Promise<string> {
  const exported = await exportTarget(
    new TestRollout({ plan: { stages, ...plan } }).world,
    'blue-green',
    'plan.yaml',
    {},
  );
  return exported.kind === 'text' ? exported.text : '';
}

function weightsIn(file = ''): readonly number[] {
  return parse(file).spec.http[0].route.map((route: { readonly weight: number }) => route.weight);
}

test('blue-green is the shadow stage and the last, with the files for the switch and for the way back', async () => {
  const routing =
    '[{ target: istio, file: deploy/route.yaml, service: intent, baseline: { subset: stable }, candidate: { subset: canary } }]';
  const text = await printed({ routing });
  expect(text.startsWith('# test blue-green, written by canary')).toBe(true);
  const found: Record<string, Record<string, string>> = parse(text);
  expect(found['stages']).toEqual([
    { name: 'dark', weight: 0, minRequests: 500, minUnits: 30 },
    { name: 'everyone', weight: 1, minRequests: 100, minUnits: 30 },
  ]);
  expect(weightsIn(found['switch']?.['deploy/route.yaml'])).toEqual([100, 0]);
  expect(weightsIn(found['back']?.['deploy/route.yaml'])).toEqual([0, 100]);
});

test('a plan without routes has its two stages alone, and its stages are a plan', async () => {
  const text = await printed({});
  expect(Object.keys(parse(text))).toEqual(['stages']);
  const rollout = new TestRollout({ plan: { stages: JSON.stringify(parse(text).stages) } });
  expect(await exportTarget(rollout.world, 'blue-green', 'plan.yaml', {})).toEqual({ kind: 'text', text });
});

test('it follows no weight', async () => {
  await expect(
    exportTarget(new TestRollout().world, 'blue-green', 'plan.yaml', { weight: '5%' }),
  ).rejects.toMatchObject({ exitCode: 2, message: 'blue-green follows no weight' });
});
