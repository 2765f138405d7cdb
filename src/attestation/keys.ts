import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { messageOf, unusableFile } from '../domain/errors.ts';

/** A key that signs or verifies, and the file that it is from. */
export interface AttestationKey {
  readonly key: KeyObject;
  /** sha256 (hex) of the public key as SubjectPublicKeyInfo (DER). */
  readonly id: string;
  /** As the user named it. */
  readonly file: string;
}

/**
 * Reads a private key: ECDSA P-256 or Ed25519 in PEM.
 * @throws UserError (exit 5) that says what the file holds instead
 */
export function readPrivateKey(pem: string, file: string): AttestationKey {
  if (/-----BEGIN (?:PUBLIC KEY|CERTIFICATE)-----/u.test(pem)) {
    throw unusableFile(`${file} holds a public key; signing takes the private one`, {
      hint: `Make one with: openssl genpkey -algorithm ed25519 -out key.pem`,
    });
  }
  if (/ENCRYPTED/u.test(pem)) {
    throw unusableFile(`${file} holds a key that is encrypted with a passphrase`, {
      hint: 'canary does not ask for a passphrase: give it an unencrypted key from the secret store of your pipeline.',
    });
  }
  return attestationKey(() => createPrivateKey(pem), file);
}

/**
 * Reads a public key: ECDSA P-256 or Ed25519 in PEM, or a certificate of one.
 * @throws UserError (exit 5) that says what the file holds instead
 */
export function readPublicKey(pem: string, file: string): AttestationKey {
  if (/PRIVATE KEY-----/u.test(pem)) {
    throw unusableFile(`${file} holds a private key, which does not belong where signatures are checked`, {
      hint: 'Write its public half with: openssl pkey -in key.pem -pubout -out key.pub.pem',
    });
  }
  return attestationKey(() => createPublicKey(pem), file);
}

function attestationKey(read: () => KeyObject, file: string): AttestationKey {
  let key: KeyObject;
  try {
    key = read();
  } catch (error) {
    throw unusableFile(`${file} is not a key in PEM: ${messageOf(error)}`, {
      hint: 'Make one with: openssl genpkey -algorithm ed25519 -out key.pem',
      cause: error,
    });
  }
  const kind = kindOf(key);
  if (kind !== undefined) {
    throw unusableFile(`${file} holds ${kind}, which canary does not know`, {
      hint: 'Use ECDSA P-256 or Ed25519: openssl genpkey -algorithm ed25519 -out key.pem',
    });
  }
  return { key, id: keyIdOf(key), file };
}

/** What an unknown kind of key is called; undefined for the two that are known. */
function kindOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string | undefined {
  if (type === 'ed25519' || (type === 'ec' && details?.namedCurve === 'prime256v1')) return undefined;
  return type === 'ec' ? `an ECDSA key of the curve ${details?.namedCurve}` : `a key of type ${type ?? 'unknown'}`;
}

function keyIdOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}
