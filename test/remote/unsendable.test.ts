import { expect, test } from 'vitest';
import { call } from '../../src/remote/http/call.ts';

const access = { run: true, environment: {} };

test.each([
  ['a password in the address', 'http://ops:hunter2@127.0.0.1:9/', {}],
  ['a line end in a token', 'http://127.0.0.1:9/', { authorization: 'Bearer hunter2\nhunter2' }],
  ['a character that no header has', 'http://127.0.0.1:9/', { authorization: 'Bearer hunter2€' }],
])('%s is told without being shown', async (_, url, headers) => {
  const asked = call(access, { method: 'GET', url, headers, what: 'the server', tries: 1 });
  const error: unknown = await asked.catch((each: unknown) => each);
  expect(error).toMatchObject({
    exitCode: 5,
    message:
      'the server could not be asked: its address holds a password, or a header a character that HTTP does not send',
  });
  expect(error instanceof Error && `${error.stack} ${String(error.cause)}`).not.toContain('hunter2');
});
