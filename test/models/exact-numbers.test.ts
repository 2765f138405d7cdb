import * as fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { isExactNumber, parseExactly, withExactNumbers } from '../../src/models/exact-numbers.ts';
import { HostedModel } from '../../src/models/host/hosted-model.ts';
import { hostScript } from './fixtures/tiny-model.ts';
import { specOf } from './http/http-spec.ts';
import { serve } from './http/loopback.ts';

test.each([
  '{"user":9007199254740993,"n":1}',
  '[-9223372036854775808,18446744073709551615]',
  '{"card":"4111111111111111","note":"id 9007199254740993 \\" 9007199254740993"}',
  '9007199254740993',
])('%s arrives as it was recorded', (text) => {
  expect(withExactNumbers(JSON.stringify(parseExactly(text)))).toBe(text);
});

test('what JavaScript can hold stays a number', () => {
  expect(parseExactly('[9007199254740991, 1234567890123456.5, 1e300]')).toEqual([
    2 ** 53 - 1,
    1234567890123456.5,
    1e300,
  ]);
  expect(isExactNumber(parseExactly('9007199254740993'))).toBe(true);
  expect(isExactNumber('9007199254740993')).toBe(false);
});

test('within a text and in other bodies the number is its digits', () => {
  const id = parseExactly('9007199254740993');
  expect(withExactNumbers(JSON.stringify({ text: `user ${String(id)}5` }))).toBe('{"text":"user 90071992547409935"}');
  expect(withExactNumbers(`${String(id)},2`)).toBe('9007199254740993,2');
});

test('every JSON text is read as JSON.parse reads it but for such numbers', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const exact = withExactNumbers(JSON.stringify(parseExactly(text)));
      expect(JSON.parse(exact)).toEqual(JSON.parse(text));
    }),
  );
});

test('a server gets ids of 64 bits as they were recorded, within an object and in a tensor', async () => {
  const server = await serve(({ path }) => {
    if (path === '/v2/models/iris')
      return { json: { name: 'iris', inputs: [{ name: 'user', datatype: 'INT64', shape: [-1] }] } };
    return { json: { prediction: 'setosa', outputs: [{ name: 'label', shape: [1], data: ['setosa'] }] } };
  });
  const { url } = server;
  const plain = {
    url,
    protocol: 'json',
    body: { all: '{{input}}', id: '{{input.user}}' },
    answer: { label: 'prediction' },
  } as const;
  const settings = { hostScript, timeoutMs: 1000, batch: 64, concurrency: 1 };
  for (const endpoint of [plain, { url, protocol: 'oip-v2', model: 'iris' } as const]) {
    const model = await HostedModel.open(
      { ...specOf(endpoint), signature: { output: specOf(plain).signature.output } },
      '',
      settings,
    );
    onTestFinished(() => model.close());
    expect([...(await model.predict(['{"user":9007199254740993}'])).errors]).toEqual([0]);
  }
  const bodies = server.received.filter(({ method }) => method === 'POST').map(({ body }) => body);
  expect(bodies[0]).toBe('{"all":{"user":9007199254740993},"id":9007199254740993}');
  expect(bodies[1]).toContain('"data":[9007199254740993]');
});
