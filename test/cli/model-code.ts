import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRegistry } from '../../src/registry/file/parse-registry.ts';
import { serializeRegistry } from '../../src/registry/file/serialize-registry.ts';
import { artifactSha256 } from '../../src/models/artifact.ts';

const registryFile = 'fixtures/registry/intent-classifier.json';

/**
 * Puts code in front of what a shipped version does with each input, and registers the changed artifact.
 * @param statements JavaScript in which `input` is a request's text.
 */
export async function runBeforeEncoding(folder: string, version: string, statements: string): Promise<void> {
  const artifact = join(folder, 'fixtures/registry/models/intent-classifier', version);
  const path = join(artifact, 'preprocess.mjs');
  const encode = 'export function encode(';
  const code = readFileSync(path, 'utf8');
  if (!code.includes(encode)) throw new Error(`${path} has no ${encode}`);
  const wrapped = `export function encode(input) {\n  ${statements}\n  return encodeText(input);\n}\n`;
  writeFileSync(path, `${code.replace(encode, 'function encodeText(')}\n${wrapped}`);
  await registerArtifact(folder, version, artifact);
}

async function registerArtifact(folder: string, version: string, artifact: string): Promise<void> {
  const file = join(folder, registryFile);
  const registry = parseRegistry(readFileSync(file, 'utf8'), file);
  const entry = registry.versions[version];
  if (entry === undefined) throw new Error(`${file} has no version ${version}`);
  const changed = { ...entry, artifact: { ...entry.artifact, sha256: await artifactSha256(artifact) } };
  writeFileSync(file, serializeRegistry({ ...registry, versions: { ...registry.versions, [version]: changed } }));
}

/** Makes a shipped rollout about errors and accuracy alone, over the first requests of the log and with little patience. */
export function shortenLog(folder: string, plan: string, requests: number): void {
  const log = readFileSync(join(folder, 'fixtures/requests/2026-11-01.jsonl'), 'utf8');
  writeFileSync(join(folder, 'rollouts/short.jsonl'), `${log.split('\n').slice(0, requests).join('\n')}\n`);
  const file = join(folder, plan);
  const text = readFileSync(file, 'utf8')
    .replace('../fixtures/requests/*.jsonl', 'short.jsonl')
    .replaceAll(/^ *- \{ metric: latency.*\n/gmu, '')
    .replace('timeout: 2s', 'timeout: 500ms')
    .replaceAll(/minRequests: \d+/gu, 'minRequests: 100');
  writeFileSync(file, text);
}
