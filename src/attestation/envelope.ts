import { sign, verify } from 'node:crypto';
import { unusableFile } from '../domain/errors.ts';
import type { AttestationKey } from './keys.ts';

/** A DSSE envelope: github.com/secure-systems-lab/dsse, protocol 1.0. */
export interface Envelope {
  /** Base64. */
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly Signature[];
}

interface Signature {
  readonly keyid?: string;
  /** Base64; of ECDSA in DER. */
  readonly sig: string;
}

const statementType = 'application/vnd.in-toto+json';

/** Signs a statement. Signatures that others gave the same statement before are kept. */
export function signStatement(statement: string, key: AttestationKey, before?: Envelope): Envelope {
  const payload = Buffer.from(statement, 'utf8').toString('base64');
  const signature = sign(digestOf(key), preAuthEncoding(statementType, Buffer.from(statement, 'utf8')), key.key);
  const others = before?.payload === payload && before.payloadType === statementType ? before.signatures : [];
  return {
    payload,
    payloadType: statementType,
    signatures: [
      ...others.filter(({ keyid }) => keyid !== key.id),
      { keyid: key.id, sig: signature.toString('base64') },
    ],
  };
}

/** An envelope as a file. */
export function serializeEnvelope(envelope: Envelope): string {
  return `${JSON.stringify(envelope)}\n`;
}

/** @throws UserError (exit 5) for a text that is no envelope with a statement */
export function parseEnvelope(text: string, file: string): Envelope {
  const value = jsonOf(text, file);
  if (!isEnvelope(value)) {
    throw unusableFile(`${file} is not a DSSE envelope: it needs payload, payloadType and signatures`, {
      hint: 'canary attest writes such a file.',
    });
  }
  if (value.payloadType === statementType) return value;
  throw unusableFile(`${file} holds ${JSON.stringify(value.payloadType)}, not an in-toto statement`, {
    hint: 'canary attest writes such a file.',
  });
}

/** What was signed, and by which of the keys. */
export interface VerifiedPayload {
  readonly payload: string;
  readonly signedBy: AttestationKey;
}

/**
 * The payload of an envelope that one of the keys signed. The `keyid` of a signature is a hint and believed in nothing but messages.
 * @throws UserError (exit 5) where none did, or where the payload is not what one of them signed
 */
export function verifyEnvelope(
  { payload, payloadType, signatures }: Envelope,
  keys: readonly AttestationKey[],
  file: string,
): VerifiedPayload {
  const body = Buffer.from(payload, 'base64');
  const signed = preAuthEncoding(payloadType, body);
  const signedBy = keys.find((key) =>
    signatures.some(({ sig }) => verify(digestOf(key), signed, key.key, Buffer.from(sig, 'base64'))),
  );
  if (signedBy !== undefined) return { payload: body.toString('utf8'), signedBy };
  const altered = keys.find(({ id }) => signatures.some(({ keyid }) => keyid === id));
  if (altered !== undefined) {
    throw unusableFile(`${file} was altered: it names the key ${altered.file}, whose signature does not fit it`, {
      hint: 'Sign again with canary attest.',
    });
  }
  const names = keys.map((key) => key.file).join(', ');
  const by = signatures.map(({ keyid }) => keyid?.slice(0, 16) ?? 'a key without a name');
  throw unusableFile(
    signatures.length === 0
      ? `${file} has no signature`
      : `${file} is not signed by a key that counts, but by ${by.join(', ')}, not by ${names}`,
    { hint: `Sign with a key whose public half is one of ${names}.` },
  );
}

/** What is signed, so that no payload can pass for one of another type. */
export function preAuthEncoding(type: string, body: Buffer): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.byteLength} `;
  return Buffer.concat([Buffer.from(head, 'utf8'), body]);
}

/** Ed25519 hashes by itself. */
function digestOf({ key }: AttestationKey): 'sha256' | null {
  return key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unusableFile(`${file} is not JSON, so it is not an attestation`, {
      hint: 'canary attest writes such a file.',
      cause: error,
    });
  }
}

function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== 'object' || value === null) return false;
  const { payload, payloadType, signatures }: Partial<Record<keyof Envelope, unknown>> = value;
  return (
    typeof payload === 'string' &&
    typeof payloadType === 'string' &&
    Array.isArray(signatures) &&
    signatures.every(isSignature)
  );
}

function isSignature(value: unknown): value is Signature {
  return typeof value === 'object' && value !== null && 'sig' in value && typeof value.sig === 'string';
}
