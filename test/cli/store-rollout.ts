import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, temporaryFolder } from './harness.ts';
import { repeatingProgram, type RolloutFiles, writeRollout } from './http-rollout.ts';

export const epoch = { SOURCE_DATE_EPOCH: '1793491200' };

/** A rollout of so many requests, of which 8,192 are a window, in a folder of its own. */
export function storeRollout(
  requests: number,
  remove: (cleanUp: () => void) => void,
  program = repeatingProgram,
): string {
  const folder = temporaryFolder(remove);
  const rollout: RolloutFiles = {
    baseline: { runtime: 'command', command: ['node', 'model.mjs', '0'] },
    candidate: { runtime: 'command', command: ['node', 'model.mjs', '12'] },
    signature: { input: { kind: 'text' }, output: { kind: 'classification', labels: ['a', 'b'] } },
    records: Array.from({ length: requests }, (_, index) => {
      const label = (index * 7 + Math.floor(index / 3)) % 2 === 0 ? 'a' : 'b';
      return { input: `say ${index} ${label}`, label };
    }),
    guardrails: ['{ metric: accuracy, maxDecrease: 5pp }'],
  };
  writeRollout(rollout, folder);
  writeFileSync(join(folder, 'registry/model.mjs'), program);
  return folder;
}

/** The same rollout, at a place where nothing of it is stored, as another machine has it. */
export function checkoutOf(folder: string, remove?: (cleanUp: () => void) => void, without = '.canary'): string {
  const other = temporaryFolder(remove);
  cpSync(folder, other, { recursive: true, filter: (path) => !path.endsWith('.canary') && !path.endsWith(without) });
  return other;
}

/** The evidence that an evaluation prints. */
export async function evidenceOf(
  cwd: string,
  options: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout, stderr } = await run(['evaluate', 'plan.yaml', '--format', 'json', ...options], {
    cwd,
    env: { ...epoch, ...env },
  });
  if (stdout === '') throw new Error(stderr);
  return stdout;
}
