import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { artifactSha256 } from '../../../src/models/artifact.ts';
import { HostedModel } from '../../../src/models/host/hosted-model.ts';
import { errorAt } from '../../../src/models/outcome-columns.ts';
import { hostScript, temporaryFolder, writeFiles } from '../fixtures/tiny-model.ts';
import { specOf } from './http-spec.ts';
import { serve } from './loopback.ts';
import { isWhole } from '../../fixtures/tiers.ts';

test.runIf(isWhole)('a call that waits for a longer one before it is not taken for stuck', async () => {
  const server = await serve(async ({ method }) => {
    if (method === 'POST') await wait(60);
    return { json: { prediction: 'setosa' } };
  });
  const endpoint = {
    url: server.url,
    protocol: 'json',
    body: { x: '{{input}}' },
    answer: { label: 'prediction' },
  } as const;
  const settings = { hostScript, timeoutMs: 1000, batch: 64, concurrency: 1 };
  const model = await HostedModel.open(specOf(endpoint), '', settings);
  onTestFinished(() => model.close());
  const answers = await Promise.all([model.predict(Array.from({ length: 130 }, () => '1')), model.predict(['1'])]);
  expect(answers.map(({ errors }) => [...errors].filter((error) => error !== 0))).toEqual([[], []]);
  expect(server.received.filter(({ method }) => method === 'POST')).toHaveLength(131);
});

test('a request that ends the process of its version is the only one that fails', async () => {
  const server = await serve(async ({ method }) => {
    if (method === 'POST') await wait(5);
    return { json: { prediction: 'setosa' } };
  });
  const folder = writeFiles(temporaryFolder(), {
    'preprocess.mjs': "export const encode = (x) => { if (x === 'poison') process.exit(3); return x; };",
  });
  const endpoint = { url: server.url, protocol: 'json', body: '{{input}}', answer: { label: 'prediction' } } as const;
  const preprocess = { folder, sha256: await artifactSha256(folder) };
  const settings = { hostScript, timeoutMs: 1000, batch: 32, concurrency: 4 };
  const model = await HostedModel.open({ ...specOf(endpoint), preprocess }, '', settings);
  onTestFinished(() => model.close());
  const calls = [40, undefined].map((bad) =>
    model.predict(Array.from({ length: 64 }, (_, index) => (index === bad ? '"poison"' : `"${index}"`))),
  );
  const failed = (await Promise.all(calls)).map((columns) =>
    [...columns.errors.keys()].filter((row) => errorAt(columns, row) !== null),
  );
  expect(failed).toEqual([[40], []]);
});
