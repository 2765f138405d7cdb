import { createHash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { type AttestationKey, readPrivateKey } from '../../attestation/keys.ts';
import { type Envelope, parseEnvelope, serializeEnvelope, signStatement } from '../../attestation/envelope.ts';
import {
  type AttestedOverride,
  artifactSubjects,
  overrideStatement,
  type Subject,
  verdictStatement,
} from '../../attestation/statement.ts';
import { messageOf, systemErrorCode, unusableFile } from '../../domain/errors.ts';
import type { Evidence, VersionFacts } from '../../domain/evidence.ts';
import type { Stage } from '../../domain/plan.ts';
import type { Decision } from '../../domain/registry.ts';
import type { NumberedVersion } from '../../domain/resolve-version.ts';
import { mostTextBytes, readRegularFile } from '../../files/read-file.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { artifactIdentity } from '../../models/artifact-identity.ts';
import { lastMoveOf } from '../../registry/file/rollout-state.ts';
import type { Attested } from '../../report/commands/attestation-text.ts';
import { parseEvidence } from '../../report/document/parse-evidence.ts';
import { evidenceDigest } from '../../report/document/serialize-evidence.ts';
import { openRollout, type Rollout, stageOf } from '../rollout/rollout.ts';
import { evidencePlace, readLatest } from '../rollout/work-folder.ts';
import { shownPath, type World } from '../world.ts';

export interface AttestOptions {
  /** File of the private key. */
  readonly key: string;
  /** Where the attestation goes; beside the evidence where absent. */
  readonly output?: string;
}

/**
 * Signs the verdict of evidence. The signature of another key on the same verdict is kept.
 * @throws UserError (exit 5) where the key or the evidence cannot be used, or the file cannot be written
 */
export async function attestEvidence(world: World, file: string, options: AttestOptions): Promise<Attested> {
  const key = readPrivateKey(
    (await bytesOf(resolve(world.cwd, options.key), options.key)).toString('utf8'),
    options.key,
  );
  const { evidence, sha256 } = await sealedEvidence(resolve(world.cwd, file), file);
  const output = resolve(world.cwd, options.output ?? attestationOf(file));
  return await attest(world, verdictStatement(evidence, sha256), key, output, evidence.verdict.decision);
}

export interface OverrideToAttest extends AttestOptions {
  readonly override: Decision;
  readonly by: string;
  readonly reason: string;
  readonly stage?: string;
}

/** Signs what a person decides about a stage, for `promote --override` with the same words. @throws UserError (exit 2 or 5) */
export async function attestOverride(world: World, planFile: string, options: OverrideToAttest): Promise<Attested> {
  const key = readPrivateKey(
    (await bytesOf(resolve(world.cwd, options.key), options.key)).toString('utf8'),
    options.key,
  );
  const rollout = await openRollout(world, planFile);
  const stage = stageOf(rollout, options.stage);
  const place = evidencePlace(world, rollout.folder, rollout.plan.name, stage.name, undefined);
  const evidence = await readLatest(place);
  const override = overrideOf(rollout, stage, evidence, { ...options, decision: options.override });
  const output =
    options.output === undefined ? overrideAttestationOf(place.latest) : resolve(world.cwd, options.output);
  return await attest(world, overrideStatement(override, subjectsOf(rollout)), key, output, options.override);
}

/** A person's decision with what it is about. */
export function overrideOf(
  { plan, digests, registry }: Pick<Rollout, 'plan' | 'digests' | 'registry'>,
  stage: Stage,
  evidence: Evidence | undefined,
  { decision, by, reason }: Pick<AttestedOverride, 'decision' | 'by' | 'reason'>,
): AttestedOverride {
  return {
    decision,
    by,
    reason,
    plan: { name: plan.name, sha256: digests.sha256 },
    stage: { name: stage.name, weight: stage.weight },
    revision: lastMoveOf(registry, plan.name),
    ...(evidence === undefined ? {} : { evidence: evidence.digest }),
  };
}

/** Where the attestation of evidence lies unless somebody said otherwise. */
export function attestationOf(evidenceFile: string): string {
  return join(dirname(evidenceFile), `${basename(evidenceFile, '.json')}.intoto.json`);
}

/** Where the attestation of a person's decision lies: beside the stage's evidence. */
export function overrideAttestationOf(evidenceFile: string): string {
  return join(dirname(evidenceFile), 'override.intoto.json');
}

/** Evidence as it was written, with the sha256 (hex) of its file. @throws UserError (exit 5) where it was edited or cut */
export async function sealedEvidence(
  path: string,
  file: string,
): Promise<{ readonly evidence: Evidence; readonly sha256: string }> {
  const bytes = await bytesOf(path, file);
  const evidence = parseEvidence(bytes.toString('utf8'), file);
  if (evidenceDigest(evidence) !== evidence.digest) {
    throw unusableFile(`${file}: its digest does not match its content: it was edited or cut`, {
      hint: 'Run canary evaluate again; evidence is not made to be edited.',
    });
  }
  return { evidence, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** @throws UserError (exit 5) */
export async function bytesOf(path: string, file: string): Promise<Buffer> {
  try {
    return await readRegularFile(path, mostTextBytes);
  } catch (error) {
    const absent = systemErrorCode(error) === 'ENOENT';
    throw unusableFile(absent ? `${file} does not exist` : `${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function subjectsOf({ plan, digests, baseline, candidate }: Rollout): Subject[] {
  return [
    { name: `plan ${plan.name}`, digest: { sha256: digests.sha256 } },
    ...artifactSubjects({ baseline: factsOf(baseline), candidate: factsOf(candidate) }),
  ];
}

function factsOf({ version, entry }: NumberedVersion): VersionFacts {
  const { artifact } = entry;
  const sha256 = artifactIdentity(artifact);
  return { version, runtime: artifact.runtime, ...(sha256 === undefined ? {} : { sha256 }) };
}

async function attest(
  world: World,
  statement: string,
  key: AttestationKey,
  output: string,
  decision: Decision,
): Promise<Attested> {
  const file = shownPath(world.cwd, output);
  const envelope = signStatement(statement, key, await envelopeAt(output, file));
  try {
    await replaceFile(output, serializeEnvelope(envelope));
  } catch (error) {
    throw unusableFile(`${file} cannot be written: ${messageOf(error)}`, { cause: error });
  }
  return { file, decision, keyId: key.id, signatures: envelope.signatures.length };
}

/** What lies there already, if that is an attestation. */
async function envelopeAt(path: string, file: string): Promise<Envelope | undefined> {
  try {
    return parseEnvelope((await readRegularFile(path, mostTextBytes)).toString('utf8'), file);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw unusableFile(`${file} would be overwritten, but is not an attestation`, {
      hint: 'Remove it, or name another file with -o.',
      cause: error,
    });
  }
}
