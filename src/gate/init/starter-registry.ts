import type { ModelRegistry, ModelVersion } from '../../domain/registry.ts';

const createdAt = '2026-01-01T00:00:00.000Z';

/** The starter's registry: two versions whose outcomes are in the log, the first of them serving. */
export function starterRegistry(
  model: string,
  baseline: string,
  candidate: string,
  labels: readonly string[],
): ModelRegistry {
  const version = (status: ModelVersion['status'], description: string, hash: string): ModelVersion => ({
    status,
    createdAt,
    description,
    artifact: { runtime: 'recorded' },
    data_hash: `sha256:${hash.repeat(64)}`,
    code_hash: `sha256:${'0'.repeat(64)}`,
    signature: { input: { kind: 'text' }, output: { kind: 'classification', labels } },
  });
  return {
    schemaVersion: 1,
    model,
    revision: 0,
    aliases: { stable: baseline },
    traffic: { [baseline]: 1 },
    versions: {
      [baseline]: version('stable', 'What serves now; its outcomes are in the log.', '1'),
      [candidate]: version('registered', 'What wants to replace it; its outcomes are in the log.', '2'),
    },
    rollouts: {},
    history: [],
  };
}
