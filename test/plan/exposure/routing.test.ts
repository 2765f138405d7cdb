import { expect, test } from 'vitest';
import { planDigestInput } from '../../../src/plan/parse-plan.ts';
import { parsed, problems, shortPlan } from '../plan-text.ts';

const withRouting = (routing: string, assignment = '{ scheme: murmur3 }', weight = '5%') =>
  `${shortPlan.replace('[{ name: full', `[{ name: first, weight: ${weight} }, { name: full`)}assignment: ${assignment}\nrouting: [${routing}]\n`;
const told = (text: string) => problems(text).map((line) => line.replace(/^rollouts\/a\.yaml:(\d+):\d+/u, '$1'));

const istio =
  'target: istio, file: a.yaml, service: intent, baseline: { subset: stable }, candidate: { subset: canary }';

const sagemaker = 'target: sagemaker, endpoint: intent, baseline: { variant: a }, candidate: { variant: b }';

test('reads the names of a route', () => {
  expect(parsed(withRouting(`{ ${istio}, total: 1000 }`)).plan.routing).toEqual([
    {
      target: 'istio',
      file: 'a.yaml',
      total: 1000,
      names: { service: 'intent' },
      baseline: { subset: 'stable' },
      candidate: { subset: 'canary' },
    },
  ]);
});

test('is not a part of what decides', () => {
  expect(planDigestInput(parsed(withRouting(`{ ${istio} }`)).plan)).toBe(
    planDigestInput(parsed(withRouting(`{ ${istio} }`).replace(/routing: .*/u, '')).plan),
  );
});

test.each([
  ['{ target: isto, file: a }', '12 target: isto is not one of the choices; did you mean istio?'],
  ['{ target: istio, file: a.yaml }', '12 istio needs service; write service:'],
  [`{ ${istio}, host: a }`, '12 istio takes no host; write one of service, namespace, gateway'],
  [`{ ${istio.replace('file: a.yaml, ', '')} }`, '12 istio has no file to write; write file: deploy/istio.yaml'],
  [
    `{ ${istio.replace('subset: canary', 'subset: "1.5_0"')} }`,
    '12 subset: 1.5_0 is not a Kubernetes name; write lowercase letters, digits and hyphens, such as 1.5-0',
  ],
  [
    `{ ${istio} }, { ${istio.replace('intent', 'other')} }`,
    '12 file: a.yaml is already written for istio; give each target its own file',
  ],
  [`{ ${istio}, total: 2000000 }`, '12 total: 2000000 is more than istio allows; write at most 1000000'],
  [
    '{ target: nginx, file: a, baseline: { upstream: a }, candidate: { upstream: b } }',
    '12 target: nginx would expose other users than those judged by murmur3; write assignment: { scheme: nginx }',
  ],
  [`{ ${istio}, apply: true }`, '12 canary does not call istio; delete apply, and write file:'],
  [`{ ${sagemaker} }`, '12 sagemaker has no file to write; write file: deploy/sagemaker.yaml, or apply: true'],
  [
    `{ ${sagemaker.replace('variant: b', 'variant: b_1')}, apply: true }`,
    '12 variant: b_1 is not a name of sagemaker; write at most 63 letters, digits and hyphens',
  ],
  [
    `{ ${sagemaker}, apply: true, region: evil.com/ }`,
    '12 region: evil.com/ is not a region; write one such as eu-west-1',
  ],
])('refuses %s', (routing, problem) => {
  const [first = ''] = told(withRouting(routing));
  expect(first.slice(0, problem.length)).toBe(problem);
});

test('names the nearest weights and the total that would do', () => {
  expect(told(withRouting(`{ ${istio} }`, '{ scheme: murmur3 }', '0.3%'))).toEqual([
    '9 weight: 0.3% cannot be expressed by istio, which counts in 1% here; write 0% or 1%, or set routing[0].total: 1000',
  ]);
  expect(told(withRouting(`{ ${istio}, total: 1000 }`, '{ scheme: murmur3 }', '0.3%'))).toEqual([]);
});
