import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { applyPlan } from '../../src/gate/act/apply.ts';
import { promote } from '../../src/gate/act/promote.ts';
import { rollBackRollout } from '../../src/gate/act/roll-back.ts';
import { callRoutes } from '../../src/gate/exposure/call-sagemaker.ts';
import { openRollout } from '../../src/gate/rollout/rollout.ts';
import { worldAt } from '../gate/world-at.ts';
import { baseline, candidate, TestRollout } from '../fixtures/test-rollout.ts';
import { freePort, startServer } from './real-server.ts';

const python = new URL('../python/.venv/bin/python', import.meta.url).pathname;
const moto = new URL('../python/.venv/bin/moto_server', import.meta.url).pathname;

const credentials = {
  AWS_ACCESS_KEY_ID: 'AKIDTHATNOBODYMAYSEE',
  AWS_SECRET_ACCESS_KEY: 'a-secret-that-nobody-may-see',
  AWS_SESSION_TOKEN: 'a-token-that-nobody-may-see',
};

const records = Array.from({ length: 3000 }, (_, index) => ({
  request_id: `r${index}`,
  timestamp: new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString(),
  user_id: `u${index}`,
  label: 'a',
  outcomes: { [baseline]: { prediction: 'a' }, [candidate]: { prediction: 'a' } },
}));

function rolloutWith(route: string): TestRollout {
  return new TestRollout({
    files: { 'log.jsonl': records },
    plan: {
      stages: '[{ name: tenth, weight: 10% }, { name: full, weight: 1 }]',
      routing: `[{ target: sagemaker, apply: true, endpoint: intent, baseline: { variant: stable }, candidate: { variant: canary }${route} }]`,
    },
  });
}

function worldOf(rollout: TestRollout, environment: Readonly<Record<string, string>>) {
  return worldAt(rollout.folder, { permissions: { run: true, environment: { ...credentials, ...environment } } });
}

describe.skipIf(!existsSync(moto))("an endpoint of moto's SageMaker (skipped where it is not installed)", () => {
  let url = '';
  let stop: () => void;
  let call: (action: string, body: object) => Promise<Record<string, unknown>>;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const server = await startServer(python, ['-m', 'moto.server', '-p', String(port)], port);
    stop = () => void server.kill('SIGKILL');
    const client = new AwsClient({ accessKeyId: 'a', secretAccessKey: 'b', region: 'eu-west-1', service: 'sagemaker' });
    call = async (action, body) => {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `SageMaker.${action}` };
      const response = await client.fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
      return Object(await response.json());
    };
    const variants = ['stable', 'canary'].map((name) => ({
      VariantName: name,
      ModelName: name,
      InitialInstanceCount: 1,
      InstanceType: 'ml.t2.medium',
      InitialVariantWeight: name === 'stable' ? 1 : 0,
    }));
    for (const ModelName of ['stable', 'canary'])
      await call('CreateModel', { ModelName, ExecutionRoleArn: 'arn:aws:iam::123456789012:role/r' });
    await call('CreateEndpointConfig', { EndpointConfigName: 'c', ProductionVariants: variants });
    await call('CreateEndpoint', { EndpointName: 'intent', EndpointConfigName: 'c' });
  }, 120_000);
  afterAll(() => stop());

  const weights = async (): Promise<unknown> =>
    Object.fromEntries(
      [(await call('DescribeEndpoint', { EndpointName: 'intent' }))['ProductionVariants']]
        .flat()
        .map((variant) => [Object(variant).VariantName, Object(variant).CurrentWeight ?? 0]),
    );

  test('has the weights of each step of a rollout, and the first ones after it was rolled back', async () => {
    const rollout = rolloutWith(', region: eu-west-1');
    const world = worldOf(rollout, { AWS_ENDPOINT_URL_SAGEMAKER: url });
    expect(await weights()).toEqual({ stable: 1, canary: 0 });
    await rollout.evaluate();
    const promoted = await promote(world, 'plan.yaml', {});
    expect(promoted).toMatchObject({ apply: { applied: true } });
    expect(await weights()).toEqual({ stable: 0.9, canary: 0.1 });
    await rollBackRollout(world, 'plan.yaml', {});
    expect(await weights()).toEqual({ stable: 1, canary: 0 });
  });

  test('that is not there leaves the change unapplied, and the next try mends it', async () => {
    const rollout = rolloutWith(', region: eu-west-1').plan({
      routing:
        '[{ target: sagemaker, apply: true, region: eu-west-1, endpoint: other, baseline: { variant: stable }, candidate: { variant: canary } }]',
    });
    const world = worldOf(rollout, { AWS_ENDPOINT_URL: url });
    await rollout.evaluate();
    const promoted = await promote(world, 'plan.yaml', {});
    expect(promoted).toMatchObject({
      apply: {
        applied: false,
        failure: expect.stringMatching(/^sagemaker UpdateEndpointWeightsAndCapacities was answered 4/u),
      },
    });
    rollout.plan({
      routing:
        '[{ target: sagemaker, apply: true, region: eu-west-1, endpoint: intent, baseline: { variant: stable }, candidate: { variant: canary } }]',
    });
    expect((await applyPlan(world, 'plan.yaml')).outcome).toEqual({ applied: true });
    expect(await weights()).toEqual({ stable: 0.9, canary: 0.1 });
  });
});

type Answer = readonly [status: number, body: unknown];

/** An API that says what it is told to, the last answer for ever, and keeps what it was asked. */
async function apiThatSays(answers: readonly Answer[]) {
  const asked: { readonly action: string; readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => void (body += text));
    request.once('end', () => {
      const [status, said] = answers[Math.min(asked.length, answers.length - 1)] ?? [500, {}];
      asked.push({ action: String(request.headers['x-amz-target']), headers: request.headers, body });
      response.writeHead(status, { location: 'http://127.0.0.1:9/' }).end(JSON.stringify(said));
    });
  });
  const port = await freePort();
  await new Promise<void>((listening) => void server.listen(port, '127.0.0.1', () => listening()));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${port}`, asked };
}

const inService = (stable: number) =>
  [
    200,
    {
      EndpointStatus: 'InService',
      ProductionVariants: [
        { VariantName: 'stable', CurrentWeight: stable },
        { VariantName: 'canary', CurrentWeight: 1 - stable },
      ],
    },
  ] as const;
const updating: Answer = [200, { EndpointStatus: 'Updating' }];

async function failureAt(
  answers: readonly Answer[],
  environment: Readonly<Record<string, string>> = { AWS_REGION: 'eu-west-1' },
  hosts?: readonly string[],
  limitMs = 600_000,
) {
  const { url, asked } = await apiThatSays(answers);
  const rollout = rolloutWith('');
  const permissions = {
    run: true,
    environment: { ...credentials, AWS_ENDPOINT_URL: url, ...environment },
    ...(hosts === undefined ? {} : { hosts }),
  };
  const world = worldAt(rollout.folder, { permissions });
  const { plan, registry } = await openRollout(world, 'plan.yaml');
  return { failure: await callRoutes(world, plan, registry, { limitMs, pollMs: 10 }), asked, url };
}

describe('a call of SageMaker', () => {
  test('is signed, lists both variants, and waits until the endpoint is in service', async () => {
    const { failure, asked } = await failureAt([[200, {}], updating, updating, inService(1)]);
    expect(failure).toBeUndefined();
    expect(asked.map(({ action }) => action)).toEqual([
      'SageMaker.UpdateEndpointWeightsAndCapacities',
      ...Array.from({ length: 3 }, () => 'SageMaker.DescribeEndpoint'),
    ]);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      EndpointName: 'intent',
      DesiredWeightsAndCapacities: [
        { VariantName: 'canary', DesiredWeight: 0 },
        { VariantName: 'stable', DesiredWeight: 1 },
      ],
    });
    expect(asked[0]?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKID.*\/eu-west-1\/sagemaker\//u);
  });

  test.each([
    [
      'fails',
      [
        [200, {}],
        [200, { EndpointStatus: 'Failed' }],
      ],
      'sagemaker endpoint intent is Failed',
    ],
    [
      'has other weights in the end',
      [[200, {}], inService(0.5)],
      'sagemaker endpoint intent has 0.5 for canary instead of 0',
    ],
    [
      'is being updated by somebody else',
      [[400, { __type: 'ValidationException', message: 'Cannot update in-progress endpoint' }]],
      'sagemaker UpdateEndpointWeightsAndCapacities was answered 400: ValidationException: Cannot update in-progress endpoint',
    ],
    ['answers with a redirect', [[302, {}]], 'sagemaker UpdateEndpointWeightsAndCapacities was answered 302: {}'],
    ['answers what is no JSON', [[200, undefined]], undefined],
  ] satisfies readonly (readonly [string, readonly Answer[], string | undefined])[])(
    'says why where the endpoint %s',
    async (_title, answers, expected) => {
      const { failure } = await failureAt(answers);
      expect(failure).toBe(expected ?? 'sagemaker endpoint intent is undefined');
    },
  );

  test('says so where the endpoint stays updating', async () => {
    const { failure } = await failureAt([[200, {}], updating], undefined, undefined, 40);
    expect(failure).toBe('sagemaker endpoint intent is still Updating after 0.04 s');
  });

  test('tells no credential, whatever the API quotes', async () => {
    const quoted = `The Canonical String should have been ${Object.values(credentials).join(' x-amz ')}`;
    const { failure = '' } = await failureAt([[403, { __type: 'InvalidSignatureException', message: quoted }]]);
    expect(failure).toContain('answered 403: InvalidSignatureException: The Canonical String');
    for (const secret of Object.values(credentials)) expect(failure).not.toContain(secret);
  });

  test.each([
    ['without a region', {}, 'sagemaker has no region: write region:, or set AWS_REGION'],
    [
      'in no region',
      { AWS_REGION: 'eu.evil.com/' },
      'sagemaker cannot be called: AWS_REGION eu.evil.com/ is not a region',
    ],
    [
      'without credentials',
      { AWS_REGION: 'eu-west-1', AWS_SECRET_ACCESS_KEY: '' },
      'sagemaker cannot be called without AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    ],
  ])('%s is none', async (_title, environment, expected) => {
    const { failure, asked } = await failureAt([inService(1)], environment);
    expect(failure).toBe(expected);
    expect(asked).toEqual([]);
  });

  test('goes to no host that --allow-host does not name', async () => {
    const { failure, asked } = await failureAt([inService(1)], { AWS_REGION: 'eu-west-1' }, ['models.internal']);
    expect(failure).toMatch(/^sagemaker would be called at 127\.0\.0\.1:\d+, but no --allow-host names it$/u);
    expect(asked).toEqual([]);
  });
});
