import { resolve } from 'node:path';
import { type AttestationKey, readPublicKey } from '../../attestation/keys.ts';
import { parseEnvelope, verifyEnvelope } from '../../attestation/envelope.ts';
import { requireOverrideOf, requireVerdictOf } from '../../attestation/statement.ts';
import { unusableFile } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import type { Stage } from '../../domain/plan.ts';
import { systemErrorCode } from '../../domain/errors.ts';
import { reachOf } from '../rollout/reach.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { shownPath, type World } from '../world.ts';
import { attestationOf, bytesOf, overrideAttestationOf, overrideOf, sealedEvidence } from './attest.ts';
import type { PromoteOptions } from './promote-options.ts';
import type { Verified } from '../../report/commands/attestation-text.ts';

/**
 * Verifies the signature on evidence.
 * @param attestation the attestation's file; beside the evidence where absent
 * @param keys files of public keys, one of which must have signed
 * @throws UserError (exit 5) that says what does not fit
 */
export async function verifyAttestation(
  world: World,
  evidenceFile: string,
  attestation: string | undefined,
  keys: readonly string[],
): Promise<Verified> {
  const listed: AttestationKey[] = [];
  for (const key of keys) listed.push(await keyAt(resolve(world.cwd, key), key));
  const { evidence, sha256 } = await sealedEvidence(resolve(world.cwd, evidenceFile), evidenceFile);
  const file = attestation ?? attestationOf(evidenceFile);
  const envelope = parseEnvelope((await bytesOf(resolve(world.cwd, file), file)).toString('utf8'), file);
  const { payload, signedBy } = verifyEnvelope(envelope, listed, file);
  requireVerdictOf(payload, evidence, sha256, file);
  return { file, evidence: evidenceFile, decision: evidence.verdict.decision, key: signedBy.file, keyId: signedBy.id };
}

/** The evidence at a place, once a key that the plan lists has signed it; undefined where there is no evidence. @throws UserError (exit 5) */
export async function readSigned(
  world: World,
  rollout: Rollout,
  latest: string,
  { attestation }: PromoteOptions,
): Promise<Evidence | undefined> {
  const keys = await listedKeys(world, rollout);
  const shown = shownPath(world.cwd, latest);
  const read = await sealedEvidence(latest, shown).catch((error: unknown) => {
    if (error instanceof Error && systemErrorCode(error.cause) === 'ENOENT') return undefined;
    throw error;
  });
  if (read === undefined) return undefined;
  const path = attestation === undefined ? attestationOf(latest) : resolve(world.cwd, attestation);
  const command = `canary attest ${shown} --key KEY.pem`;
  const payload = await signedPayload(world, path, keys, { what: shown, command });
  requireVerdictOf(payload, read.evidence, read.sha256, shownPath(world.cwd, path));
  return read.evidence;
}

/**
 * Makes sure that a key that the plan lists signed what a person decides. To take the candidate out, or to step down, nobody has to sign.
 * @throws UserError (exit 5)
 */
export async function requireSignedOverride(
  world: World,
  rollout: Rollout,
  stage: Stage,
  latest: string,
  evidence: Evidence | undefined,
  { override, by, reason, attestation }: PromoteOptions,
): Promise<void> {
  if (override === undefined || override === 'rollback' || rollout.plan.attestation === undefined) return;
  const decided = overrideOf(rollout, stage, evidence, { decision: override, by: by ?? '', reason: reason ?? '' });
  const path = attestation === undefined ? overrideAttestationOf(latest) : resolve(world.cwd, attestation);
  const command = `canary attest ${rollout.file} --override ${override} --by NAME --reason TEXT --key KEY.pem`;
  const keys = await listedKeys(world, rollout);
  const payload = await signedPayload(world, path, keys, { what: 'The override', command });
  requireOverrideOf(payload, decided, shownPath(world.cwd, path));
}

async function signedPayload(
  world: World,
  path: string,
  keys: readonly AttestationKey[],
  { what, command }: { readonly what: string; readonly command: string },
): Promise<string> {
  const file = shownPath(world.cwd, path);
  const bytes = await bytesOf(path, file).catch((error: unknown) => {
    throw unusableFile(`${what} is not signed, and the plan asks for it: there is no attestation at ${file}`, {
      hint: `Sign with ${command}`,
      cause: error,
    });
  });
  return verifyEnvelope(parseEnvelope(bytes.toString('utf8'), file), keys, file).payload;
}

/** The keys lie where plan and registry do, so that a change under review cannot bring its own. */
async function listedKeys(world: World, { plan, toldFolder }: Rollout): Promise<readonly AttestationKey[]> {
  const keys: AttestationKey[] = [];
  for (const file of plan.attestation?.signedBy ?? []) {
    const path = resolve(toldFolder, file);
    reachOf(world, toldFolder).require(path, 'attestation.signedBy');
    keys.push(await keyAt(path, file));
  }
  return keys;
}

async function keyAt(path: string, file: string): Promise<AttestationKey> {
  return readPublicKey((await bytesOf(path, file)).toString('utf8'), file);
}
