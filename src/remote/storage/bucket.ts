import { AwsClient } from 'aws4fetch';
import { createHmac } from 'node:crypto';
import { invalidInput, unusableFile } from '../../domain/errors.ts';
import type { StorageSettings } from '../../domain/remote/storage.ts';
import { type RemoteAccess, secretOf } from '../http/access.ts';
import { googleNames, signV4 } from './sign-v4.ts';

/** A bucket, a container or a server, with how it is spoken to. */
export interface Bucket {
  /** As the source names it: `s3://logs`. */
  readonly name: string;
  readonly vendor: 's3' | 'gs' | 'az' | 'https';
  /** The address of a key; of the bucket itself where the key is empty. */
  readonly urlOf: (key: string, query?: Readonly<Record<string, string>>) => string;
  /** The headers of a request that is for nothing but this state of an object. */
  readonly ifState: (state: ObjectState) => Readonly<Record<string, string>>;
  /** The headers of a request that writes an object where there is none. */
  readonly ifNew: Readonly<Record<string, string>>;
  /** The headers that every object is written with. */
  readonly written: Readonly<Record<string, string>>;
  readonly sign: (
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    bytes: number,
  ) => Promise<Record<string, string>>;
}

/** What tells states of an object apart. */
export interface ObjectState {
  /** As the server writes it, with its quotes; empty where it gives none. */
  readonly etag: string;
  /** The number that GCS gives each state; absent where nobody told. */
  readonly generation?: string | undefined;
}

/** Conditions of HTTP itself. */
const plainConditions: Pick<Bucket, 'ifState' | 'ifNew' | 'written'> = {
  ifState: ({ etag }) => (etag === '' ? {} : { 'if-match': etag }),
  ifNew: { 'if-none-match': '*' },
  written: {},
};

/** A source's bucket and the key, or pattern of keys, in it. */
export interface ObjectSource {
  readonly bucket: Bucket;
  readonly key: string;
}

/** Letters, digits, dots, hyphens and underscores; two dots in a row would be another place. */
const bucketName = /^(?!.*\.\.)[\w.-]*\w$/u;

/** Understands a source and takes what it needs from the environment. @throws UserError (exit 2 or 5) */
export function objectSource(access: RemoteAccess, source: string, settings: StorageSettings): ObjectSource {
  const [, scheme = '', host = '', key = ''] = /^([a-z0-9]+):\/\/([^/]*)\/?(.*)$/su.exec(source) ?? [];
  if (host === '') throw invalidInput(`${source} names no bucket`, { hint: 'write s3://BUCKET/PREFIX/*.jsonl' });
  if (!/^https?$/u.test(scheme) && !bucketName.test(host))
    throw invalidInput(`${source}: ${host} is not the name of a bucket`, { hint: 'write s3://BUCKET/PREFIX/*.jsonl' });
  if (scheme === 's3') return { bucket: s3Bucket(access, host, settings), key };
  if (scheme === 'gs') return { bucket: gcsBucket(access, host, settings), key };
  if (scheme !== 'az') return { bucket: webServer(`${scheme}://${host}`), key };
  const [container = '', ...names] = key.split('/');
  if (!/^[$\w-]+$/u.test(container))
    throw invalidInput(`${source} names no container`, { hint: 'write az://ACCOUNT/CONTAINER/PREFIX/*.jsonl' });
  return { bucket: azureContainer(access, host, container, settings), key: names.join('/') };
}

function valueOf(access: RemoteAccess, name: string): string | undefined {
  const isSet = (access.environment[name] ?? '') !== '';
  return isSet ? secretOf(access, { env: name }, 'requests.source') : undefined;
}

function s3Bucket(access: RemoteAccess, bucket: string, settings: StorageSettings): Bucket {
  const region =
    settings.region ?? access.environment['AWS_REGION'] ?? access.environment['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const own = settings.endpoint ?? access.environment['AWS_ENDPOINT_URL_S3'] ?? access.environment['AWS_ENDPOINT_URL'];
  const endpoint = own ?? `https://s3.${region}.amazonaws.com`;
  const keys = {
    accessKeyId: valueOf(access, 'AWS_ACCESS_KEY_ID'),
    secretAccessKey: valueOf(access, 'AWS_SECRET_ACCESS_KEY'),
    sessionToken: valueOf(access, 'AWS_SESSION_TOKEN'),
  };
  const pathStyle = settings.pathStyle ?? own !== undefined;
  return s3Signed(`s3://${bucket}`, { endpoint, bucket, region, pathStyle, keys });
}

/** The XML API, with HMAC keys. It lists as S3 does, and knows states by generations: an ETag is no condition of a write. */
function gcsBucket(access: RemoteAccess, bucket: string, settings: StorageSettings): Bucket {
  const base = `${(settings.endpoint ?? 'https://storage.googleapis.com').replace(/\/$/u, '')}/${bucket}`;
  const [id, secret] = ['GCS_HMAC_ACCESS_ID', 'GCS_HMAC_SECRET'].map((name) => valueOf(access, name));
  const key = id === undefined || secret === undefined ? undefined : { id, secret, region: 'auto' };
  return {
    ...plainConditions,
    name: `gs://${bucket}`,
    vendor: 'gs',
    urlOf: (name, query = {}) => withQuery(`${base}/${encodedKey(name)}`, query),
    ifState: (state) =>
      state.generation === undefined
        ? plainConditions.ifState(state)
        : { 'x-goog-if-generation-match': state.generation },
    ifNew: { 'x-goog-if-generation-match': '0' },
    sign: async (method, url, headers) =>
      key === undefined ? { ...headers } : signV4(googleNames, key, { method, url, headers }, Date.now()),
  };
}

interface Signing {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly pathStyle: boolean;
  readonly keys: {
    readonly accessKeyId: string | undefined;
    readonly secretAccessKey: string | undefined;
    readonly sessionToken: string | undefined;
  };
}

function s3Signed(name: string, { endpoint, bucket, region, pathStyle, keys }: Signing): Bucket {
  const root = new URL(endpoint);
  if (!pathStyle) root.host = `${bucket}.${root.host}`;
  const base = `${root.href.replace(/\/$/u, '')}${pathStyle ? `/${bucket}` : ''}`;
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  const client =
    accessKeyId === undefined || secretAccessKey === undefined
      ? undefined
      : new AwsClient({
          accessKeyId,
          secretAccessKey,
          ...(sessionToken === undefined ? {} : { sessionToken }),
          service: 's3',
          region,
        });
  return {
    ...plainConditions,
    name,
    vendor: 's3',
    urlOf: (key, query = {}) => withQuery(`${base}/${encodedKey(key)}`, query),
    // Public objects need no signature.
    sign: async (method, url, headers) =>
      client === undefined
        ? { ...headers }
        : { ...headers, ...Object.fromEntries((await client.sign(url, { method, headers: { ...headers } })).headers) },
  };
}

function azureContainer(access: RemoteAccess, account: string, container: string, settings: StorageSettings): Bucket {
  const sas = valueOf(access, 'AZURE_STORAGE_SAS_TOKEN')?.replace(/^\?/u, '');
  const key = valueOf(access, 'AZURE_STORAGE_KEY');
  const base = `${(settings.endpoint ?? `https://${account}.blob.core.windows.net`).replace(/\/$/u, '')}/${container}`;
  return {
    ...plainConditions,
    name: `az://${account}/${container}`,
    vendor: 'az',
    written: { 'x-ms-blob-type': 'BlockBlob' },
    urlOf: (name, query = {}) => {
      const url = withQuery(
        name === '' ? base : `${base}/${encodedKey(name)}`,
        name === '' ? { restype: 'container', ...query } : query,
      );
      return sas === undefined ? url : `${url}${url.includes('?') ? '&' : '?'}${sas}`;
    },
    sign: async (method, url, headers, bytes) => {
      const named = { 'x-ms-version': '2021-08-06', 'x-ms-date': new Date().toUTCString(), ...headers };
      if (sas !== undefined || key === undefined) return named;
      const signature = createHmac('sha256', Buffer.from(key, 'base64'))
        .update(sharedKeyText(account, method, new URL(url), named, bytes))
        .digest('base64');
      return { ...named, authorization: `SharedKey ${account}:${signature}` };
    },
  };
}

/** What a request with an account's key signs: learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key */
function sharedKeyText(
  account: string,
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  bytes: number,
): string {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const standard = [
    'content-encoding',
    'content-language',
    'content-length',
    'content-md5',
    'content-type',
    'date',
    'if-modified-since',
    'if-match',
    'if-none-match',
    'if-unmodified-since',
    'range',
  ];
  const lines = standard.map((name) =>
    name === 'content-length' ? (bytes > 0 ? String(bytes) : '') : (lower[name] ?? ''),
  );
  const own = Object.entries(lower)
    .filter(([name]) => name.startsWith('x-ms-'))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const query = [...url.searchParams]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `\n${name.toLowerCase()}:${value}`);
  return [
    method,
    ...lines,
    ...own.map(([name, value]) => `${name}:${value}`),
    `/${account}${url.pathname}${query.join('')}`,
  ].join('\n');
}

function webServer(origin: string): Bucket {
  return {
    ...plainConditions,
    name: origin,
    vendor: 'https',
    urlOf: (key) => `${origin}/${key}`,
    sign: async (_method, _url, headers) => ({ ...headers }),
  };
}

function withQuery(url: string, query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? url : `${url}?${pairs.join('&')}`;
}

/** @throws UserError (exit 5) for a key that no address can say: URLs resolve dots, which would be another object */
function encodedKey(key: string): string {
  const names = key.split('/');
  if (names.includes('.') || names.includes('..') || key.includes('\0') || /\p{Surrogate}/u.test(key)) {
    throw unusableFile(`The key ${JSON.stringify(key)} cannot be fetched: its name is only dots, or empty`, {
      hint: 'Copy that object to another key, or name only the others.',
    });
  }
  return names
    .map((name) =>
      encodeURIComponent(name).replaceAll(/[!'()*]/gu, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/');
}
