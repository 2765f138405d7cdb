import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelRegistry } from '../../src/domain/registry.ts';
import { serializeRegistry } from '../../src/registry/file/serialize-registry.ts';
import { changeAt, decidedOn } from './example-registry.ts';

export const model = 'intent-classifier';

/** What a folder of the model holds once it was changed. */
export const filesOfModel = [`${model}.CHANGELOG.md`, `${model}.json`];

/** A new folder with the registry of one model. */
export async function folderWith(registry: ModelRegistry): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'canary-registry-'));
  await writeFile(join(folder, `${model}.json`), serializeRegistry(registry));
  return folder;
}

const built = (file: string) => new URL(`../../dist/modules/registry/${file}`, import.meta.url);

/** What a process that writes does: as the command line would, it says what went wrong and exits 5. */
const script = `
import { updateRegistry } from '${built('store/registry-store.js').href}';
import { applyVerdict } from '${built('change/apply-verdict.js').href}';
const [folder, model, verdict, expected, change] = process.argv.slice(1);
const step = () => updateRegistry(folder, model, JSON.parse(expected), (registry) => applyVerdict(registry, verdict, JSON.parse(change)));
try {
  process.stdout.write('ready');
  if (verdict === 'hold' && expected === 'null') for (;;) await step();
  await step();
} catch (error) {
  process.stderr.write(error.message);
  process.exitCode = error.exitCode ?? 70;
}
`;

/**
 * Starts a process that promotes once from an expected revision, or with none holds again and again until it is killed.
 * @param limit on the size of every file that it writes.
 */
export function startWriter(
  folder: string,
  verdict: 'increase' | 'hold',
  expected: number | null,
  limit?: { readonly kilobytes: number },
): ChildProcess {
  // The processes run what is shipped: npm test builds it first.
  if (!existsSync(built('store/registry-store.js'))) throw new Error('dist/ is missing: run npm run build');
  const change = JSON.stringify(changeAt('shadow'));
  const options = [
    '--input-type=module',
    '--eval',
    script,
    folder,
    model,
    verdict,
    JSON.stringify(expected === null ? null : decidedOn(expected)),
    change,
  ];
  const command = [process.execPath, ...options];
  const limited = limit === undefined ? 'exec "$@"' : `ulimit -f ${limit.kilobytes}; exec "$@"`;
  return spawn('sh', ['-c', limited, 'sh', ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** How a process ended, and what it said. */
export async function ending(child: ChildProcess): Promise<{ code: number | null; said: string }> {
  let said = '';
  child.stderr?.on('data', (part: Buffer) => {
    said += part.toString();
  });
  await once(child, 'close');
  return { code: child.exitCode, said };
}
