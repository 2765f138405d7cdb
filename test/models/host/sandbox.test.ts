import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { artifactSha256 } from '../../../src/models/artifact.ts';
import { HostedModel } from '../../../src/models/host/hosted-model.ts';
import type { Permissions } from '../../../src/models/host/permissions.ts';
import { colourSpec, hostScript, temporaryFolder } from '../fixtures/tiny-model.ts';

const environment = { PATH: process.env['PATH'], CI_TOKEN: 'tok-5ecret', MODEL_SIZE: 'large' };

/** What a version's `encode` finds out, as the text of the error that it throws. */
async function found(statements: string, permissions: Partial<Permissions> = {}): Promise<string> {
  const spec = colourSpec(`export async function encode(input) {
    try { ${statements} } catch (error) { throw new Error('refused: ' + (error.code ?? error.message)); }
  }`);
  const model = await HostedModel.open(spec, await artifactSha256(spec.folder), {
    hostScript,
    permissions: { run: true, environment, ...permissions },
    timeoutMs: 20_000,
    batch: 1,
  });
  onTestFinished(() => model.close());
  const { details } = await model.predict(['[1, 0, 0]']);
  return details.get(0) ?? '';
}

test("a job's tokens are not in the environment of an artifact's code, and what is named for it is", async () => {
  const told = "throw { message: ['CI_TOKEN', 'MODEL_SIZE', 'PATH'].filter((name) => name in process.env).join() }";
  expect(await found(told)).toBe('refused: PATH');
  expect(await found(told, { variables: ['MODEL_SIZE'] })).toBe('refused: MODEL_SIZE,PATH');
});

const hasPermissionModel = ['--permission', '--experimental-permission'].some((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);

test.skipIf(!hasPermissionModel).each([
  ['read a file outside of it', (file: string) => `(await import('node:fs')).readFileSync(${JSON.stringify(file)})`],
  [
    'read the environment of canary',
    () => "(await import('node:fs')).readFileSync('/proc/' + process.ppid + '/environ')",
  ],
  ['write a file', (file: string) => `(await import('node:fs')).writeFileSync(${JSON.stringify(`${file}.new`)}, '')`],
  ['start a process', () => "(await import('node:child_process')).spawnSync('true')"],
])('the code of an artifact may not %s', async (_, statements) => {
  const secret = join(temporaryFolder(), 'secret');
  writeFileSync(secret, 'tok-5ecret');
  expect(await found(`${statements(secret)}; throw { message: 'it may' }`)).toBe('refused: ERR_ACCESS_DENIED');
});

test('the code of an artifact may read the files beside it', async () => {
  const own = "(await import('node:fs')).readFileSync(new URL('model.json', import.meta.url)).length > 0";
  expect(await found(`throw { message: ${own} }`)).toBe('refused: true');
});
