import { listening } from '../fixtures/listening.ts';
import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { modelFiles } from '../../src/remote/mlflow/model-files.ts';
import { UserError } from '../../src/domain/errors.ts';

type Entry = Readonly<Record<string, unknown>>;

let started: Server | undefined;
afterEach(async () => {
  await new Promise((resolve) => void (started?.close(resolve) ?? resolve(undefined)));
  started = undefined;
});

/** A server whose version has these entries by folder, the root's under `model`. */
async function listingServer(entries: Readonly<Record<string, readonly Entry[]>>): Promise<string> {
  const server = createServer((asked, answer) => {
    const url = new URL(asked.url ?? '/', 'http://stub');
    const files = entries[url.searchParams.get('path') ?? ''];
    answer.setHeader('connection', 'close');
    answer.end(JSON.stringify(files === undefined ? { artifact_uri: 'mlflow-artifacts:/model' } : { files }));
  });
  started = server;
  return await listening(server);
}

const file = (path: string): Entry => ({ path, is_dir: false, file_size: 1 });
const directory = (path: string): Entry => ({ path, is_dir: true });

test.each([
  { what: 'a file twice', entries: { model: [file('a'), file('a')] }, told: 'names "a" more than once' },
  {
    what: 'a file and a folder of one name',
    entries: { model: [file('a'), directory('a')], 'model/a': [file('a/b')] },
    told: 'names "a" more than once',
  },
  { what: 'a folder above its own', entries: { model: [directory('..')] }, told: 'cannot be stored' },
  { what: 'a file that would clear the screen', entries: { model: [file('a\u001B[2J')] }, told: 'cannot be stored' },
  { what: 'a file on two lines', entries: { model: [file('a\nb')] }, told: 'cannot be stored' },
])('a server that names $what is refused with exit 5', async ({ entries, told }) => {
  const url = await listingServer(entries);
  const access = { run: true, environment: {} };
  const failed: unknown = await modelFiles({ access, url }, 'm', '7').catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(UserError);
  expect(String(failed)).toContain(told);
  expect(failed).toMatchObject({ exitCode: 5 });
});
