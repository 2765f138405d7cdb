import { createHash, createHmac } from 'node:crypto';

/** A key that signs with a shared secret, and for what. */
export interface SigningKey {
  readonly id: string;
  readonly secret: string;
  readonly region: string;
}

/** How a vendor names the parts of a signature of version 4, whose steps are the same. */
export interface SignatureNames {
  readonly algorithm: string;
  /** Before the secret. */
  readonly prefix: string;
  /** Of the headers that it adds, such as `x-goog-`. */
  readonly headers: string;
  readonly service: string;
  readonly end: string;
}

/** Google's own, which conditions on generations need: a request may not have headers of both vendors. */
export const googleNames: SignatureNames = {
  algorithm: 'GOOG4-HMAC-SHA256',
  prefix: 'GOOG4',
  headers: 'x-goog-',
  service: 'storage',
  end: 'goog4_request',
};

/**
 * Signs a request with an HMAC key: cloud.google.com/storage/docs/authentication/signatures. The body is not signed.
 * @param now the moment, in ms since 1970
 * @returns all headers to send
 */
export function signV4(
  { algorithm, prefix, headers: own, service, end }: SignatureNames,
  { id, secret, region }: SigningKey,
  { method, url, headers }: { method: string; url: string; headers: Readonly<Record<string, string>> },
  now: number,
): Record<string, string> {
  const at = new Date(now).toISOString().replaceAll(/[:-]|\.\d+/gu, '');
  const day = at.slice(0, 8);
  const { host, pathname, searchParams } = new URL(url);
  const payload = 'UNSIGNED-PAYLOAD';
  const sent = { ...headers, [`${own}content-sha256`]: payload, [`${own}date`]: at };
  const signed = Object.entries({ ...sent, host })
    .map(([name, value]): [string, string] => [name.toLowerCase(), value.trim().replaceAll(/\s+/gu, ' ')])
    .toSorted(byName);
  const names = signed.map(([name]) => name).join(';');
  const query = [...searchParams]
    .map(([name, value]): [string, string] => [encoded(name), encoded(value)])
    .toSorted(byName)
    .map((pair) => pair.join('='))
    .join('&');
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join('');
  const canonical = [method, pathname, query, lines, names, payload].join('\n');
  const scope = [day, region, service, end].join('/');
  const text = [algorithm, at, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const key = [day, region, service, end].reduce<string | Buffer>(
    (last, part) => hmac(last, part),
    `${prefix}${secret}`,
  );
  const signature = createHmac('sha256', key).update(text).digest('hex');
  return {
    ...sent,
    authorization: `${algorithm} Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1;
}

function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/gu, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
