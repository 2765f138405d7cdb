import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelRegistry, ModelVersion, VersionStatus } from '../../src/domain/registry.ts';
import { artifactSha256 } from '../../src/models/artifact.ts';
import { slots } from './preprocess.mjs';
import type { Question } from './source-data.ts';

/** A saved classifier, and what it was made from. */
export interface TrainedArtifact {
  /** Relative to the registry's folder. */
  readonly path: string;
  readonly training: readonly Question[];
  readonly intents: readonly string[];
  readonly description: string;
}

/**
 * Writes the registry file of a model whose 1.0.0 is in production and whose retrain 1.1.0 wants to replace it.
 *
 * @param folder of the registry; the artifacts are already in it
 */
export async function writeRegistryFile(
  folder: string,
  model: string,
  production: TrainedArtifact,
  retrain: TrainedArtifact,
): Promise<void> {
  const registry: ModelRegistry = {
    schemaVersion: 1,
    model,
    revision: 0,
    aliases: { stable: '1.0.0' },
    traffic: { '1.0.0': 1 },
    versions: {
      '1.0.0': await versionOf(folder, production, 'stable'),
      '1.1.0': await versionOf(folder, retrain, 'registered'),
    },
    rollouts: {},
    history: [],
  };
  await writeFile(join(folder, `${model}.json`), `${JSON.stringify(registry, null, 2)}\n`);
}

async function versionOf(folder: string, made: TrainedArtifact, status: VersionStatus): Promise<ModelVersion> {
  return {
    status,
    description: made.description,
    artifact: { runtime: 'tfjs', path: made.path, sha256: await artifactSha256(join(folder, made.path)) },
    data_hash: `sha256:${createHash('sha256').update(JSON.stringify(made.training)).digest('hex')}`,
    code_hash: `sha256:${await artifactSha256(import.meta.dirname)}`,
    signature: {
      input: { kind: 'tensor', shape: [slots] },
      output: { kind: 'classification', labels: made.intents, activation: 'logits' },
    },
  };
}
