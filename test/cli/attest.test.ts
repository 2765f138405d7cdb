import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dsse } from '@sigstore/core';
import { describe, expect, test } from 'vitest';
import { run, temporaryFolder } from './harness.ts';
import { madeOnce } from './made-once.ts';
import { edit, evaluate, plan, planName, promote, registryOf } from './starter.ts';

const evidence = `.canary/${planName}/shadow/evidence.json`;
const attestation = `.canary/${planName}/shadow/evidence.intoto.json`;
const decision = ['--override', 'increase', '--by', 'ana', '--reason', 'known'];

interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

const kinds = {
  ed25519: generateKeyPairSync('ed25519'),
  'ECDSA P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
};

function pem(key: KeyObject): string {
  return String(key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }));
}

function withKeys(folder: string, pair: { privateKey: KeyObject; publicKey: KeyObject } = kinds.ed25519): string {
  writeFileSync(join(folder, 'ci.pem'), pem(pair.privateKey));
  writeFileSync(join(folder, 'ci.pub.pem'), pem(pair.publicKey));
  writeFileSync(join(folder, 'other.pem'), pem(kinds['ECDSA P-256'].privateKey));
  return folder;
}

const madeSigned = (): Promise<string> =>
  madeOnce('signed', async (folder) => {
    expect((await run(['init', folder])).exitCode).toBe(0);
    withKeys(folder);
    edit(folder, plan, (text) => `${text}attestation: { signedBy: [ci.pub.pem] }\n`);
    await evaluate(folder);
    expect(await run(['attest', evidence, '--key', 'ci.pem'], { cwd: folder })).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
  });

async function copy(): Promise<string> {
  const folder = temporaryFolder();
  cpSync(await madeSigned(), folder, { recursive: true });
  return folder;
}

function envelopeOf(folder: string): Envelope {
  return JSON.parse(readFileSync(join(folder, attestation), 'utf8'));
}

describe.each(['ed25519', 'ECDSA P-256'] as const)('a signature of %s', (kind) => {
  test('is one for openssl too, over the bytes that sigstore says are signed', async () => {
    const folder = withKeys(await copy(), kinds[kind]);
    expect((await run(['attest', evidence, '--key', 'ci.pem', '-o', attestation], { cwd: folder })).exitCode).toBe(0);
    const { payload, payloadType, signatures } = envelopeOf(folder);
    writeFileSync(join(folder, 'signed'), dsse.preAuthEncoding(payloadType, Buffer.from(payload, 'base64')));
    writeFileSync(join(folder, 'signature'), Buffer.from(signatures.at(-1)?.sig ?? '', 'base64'));
    const checks =
      kind === 'ed25519'
        ? ['pkeyutl', '-verify', '-pubin', '-inkey', 'ci.pub.pem', '-rawin', '-in', 'signed', '-sigfile', 'signature']
        : ['dgst', '-sha256', '-verify', 'ci.pub.pem', '-signature', 'signature', 'signed'];
    expect(execFileSync('openssl', checks, { cwd: folder, encoding: 'utf8' })).toMatch(/Verified/u);
  });
});

test('what is signed is an in-toto statement on the evidence and its verdict', async () => {
  const statement: unknown = JSON.parse(Buffer.from(envelopeOf(await copy()).payload, 'base64').toString('utf8'));
  expect(statement).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'evidence.json', digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/u) } }],
    predicate: { plan: { name: planName }, stage: { name: 'shadow' }, verdict: { decision: 'increase' } },
  });
});

test('signed evidence is promoted, and verify says by which key', async () => {
  const folder = await copy();
  const verified = await run(['verify', evidence, '--key', 'ci.pub.pem'], { cwd: folder });
  expect(verified).toMatchObject({ exitCode: 0, stderr: '' });
  expect(verified.stdout).toContain('ci.pub.pem');
  expect((await promote(folder)).exitCode).toBe(0);
  expect(Object.keys(registryOf(folder).rollouts)).toEqual([planName]);
});

test('a second key adds its signature, and one that is listed is enough', async () => {
  const folder = await copy();
  expect((await run(['attest', evidence, '--key', 'other.pem'], { cwd: folder })).stdout).toContain('2');
  expect(envelopeOf(folder).signatures).toHaveLength(2);
  expect((await promote(folder)).exitCode).toBe(0);
});

type Wrong = [what: string, happened: (folder: string) => unknown, told: string];
const changed = (change: (envelope: Envelope) => unknown) => (folder: string) =>
  edit(folder, attestation, (text) => JSON.stringify(change(JSON.parse(text))));
const signedBy = (key: KeyObject, type: string, text: string): Envelope => {
  const sig = sign(null, dsse.preAuthEncoding(type, Buffer.from(text)), key).toString('base64');
  return { payload: Buffer.from(text).toString('base64'), payloadType: type, signatures: [{ keyid: 'ci', sig }] };
};
const inToto = 'application/vnd.in-toto+json';
const ownKey = kinds.ed25519.privateKey;
const statement = { subject: [{ name: 'evidence.json', digest: { sha256: 'a' } }], predicateType: 'x', predicate: {} };
const wrong: Wrong[] = [
  [
    'no attestation',
    (folder) => execFileSync('rm', [attestation], { cwd: folder }),
    'is not signed, and the plan asks',
  ],
  ['an altered payload', changed((envelope) => ({ ...envelope, payload: 'e30=' })), 'was altered'],
  [
    'the signature of another key',
    changed((e) => ({ ...e, signatures: e.signatures.map(({ sig }) => ({ sig, keyid: 'f' })), payload: 'e30=' })),
    'is not signed by a key that counts',
  ],
  ['no signature', changed((envelope) => ({ ...envelope, signatures: [] })), 'has no signature'],
  ['other evidence', (folder) => edit(folder, evidence, (text) => `${text}\n`), 'is about other evidence'],
  ['another document', changed(() => ({ a: 1 })), 'is not a DSSE envelope'],
  ['no JSON', (folder) => writeFileSync(join(folder, attestation), 'x'), 'is not JSON'],
  ['another type of payload', changed((envelope) => ({ ...envelope, payloadType: 'text/plain' })), '"text/plain"'],
  ['no statement', changed(() => signedBy(ownKey, inToto, '{}')), 'does not hold an in-toto statement'],
  [
    'another predicate',
    changed(() => signedBy(ownKey, inToto, JSON.stringify(statement))),
    'does not attest a verdict of canary',
  ],
  [
    'a listed key of another kind',
    (folder) =>
      writeFileSync(join(folder, 'ci.pub.pem'), pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)),
    'holds a key of type rsa',
  ],
  [
    'a listed key of another curve',
    (folder) =>
      writeFileSync(join(folder, 'ci.pub.pem'), pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)),
    'the curve secp384r1',
  ],
  [
    'a private key in the list',
    (folder) => cpSync(join(folder, 'ci.pem'), join(folder, 'ci.pub.pem')),
    'holds a private key',
  ],
  ['a list of no key', (folder) => writeFileSync(join(folder, 'ci.pub.pem'), 'x'), 'is not a key in PEM'],
  [
    'a key that is not there',
    (folder) => execFileSync('rm', ['ci.pub.pem'], { cwd: folder }),
    'ci.pub.pem does not exist',
  ],
];

test.each(wrong)('%s is refused and changes nothing', async (_, happened, told) => {
  const folder = await copy();
  happened(folder);
  const { exitCode, stderr } = await promote(folder);
  expect({ exitCode, stderr }).toEqual({ exitCode: 5, stderr: expect.stringContaining(told) });
  expect(registryOf(folder).revision).toBe(0);
});

describe('an override', () => {
  test('needs a signature on the same words, once', async () => {
    const folder = await copy();
    expect(await promote(folder, ...decision)).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining('The override is not signed'),
    });
    expect((await run(['attest', plan, ...decision, '--key', 'ci.pem'], { cwd: folder })).exitCode).toBe(0);
    const other = await promote(folder, ...decision.slice(0, -1), 'another reason');
    expect(other).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining('is about another decision: reason is "known" there'),
    });
    expect((await promote(folder, ...decision)).exitCode).toBe(0);
    const again = await promote(
      folder,
      '--stage',
      'half',
      '--override',
      'hold',
      '--by',
      'ana',
      '--reason',
      'known',
      '--attestation',
      `.canary/${planName}/shadow/override.intoto.json`,
    );
    expect(again).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('is about another decision') });
  });

  test('that takes the candidate out needs none', async () => {
    const folder = await copy();
    expect((await promote(folder)).exitCode).toBe(0);
    expect((await promote(folder, '--override', 'rollback', '--by', 'ana', '--reason', 'late')).exitCode).toBe(4);
  });
});

test.each([
  ['a public key', 'ci.pub.pem', 'holds a public key'],
  ['a file that is none', plan, 'is not a key in PEM'],
  ['a file that is not there', 'none.pem', 'none.pem does not exist'],
])('attest refuses %s', async (_, key, told) => {
  const folder = await copy();
  const { exitCode, stderr } = await run(['attest', evidence, '--key', key], { cwd: folder });
  expect({ exitCode, stderr }).toEqual({ exitCode: 5, stderr: expect.stringContaining(told) });
});

test('attest refuses edited evidence, and a file in the way', async () => {
  const folder = await copy();
  const inWay = await run(['attest', evidence, '--key', 'ci.pem', '-o', plan], { cwd: folder });
  expect(inWay).toMatchObject({
    exitCode: 5,
    stderr: expect.stringContaining('would be overwritten, but is not an attestation'),
  });
  edit(folder, evidence, (text) => text.replace('"look": 1', '"look": 2'));
  const edited = await run(['attest', evidence, '--key', 'ci.pem', '-o', 'out.json'], { cwd: folder });
  expect(edited).toMatchObject({
    exitCode: 5,
    stderr: expect.stringContaining('its digest does not match its content'),
  });
  expect(existsSync(join(folder, 'out.json'))).toBe(false);
});
