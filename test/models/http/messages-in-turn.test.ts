import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { HostedModel } from '../../../src/models/hosted-model.ts';
import { hostScript } from '../fixtures/tiny-model.ts';
import { specOf } from './http-spec.ts';
import { serve } from './loopback.ts';

test('a call that waits for a longer one before it is not taken for stuck', { timeout: 30_000 }, async () => {
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
