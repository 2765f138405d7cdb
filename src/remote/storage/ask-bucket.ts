import { unusableFile, type UserError } from '../../domain/errors.ts';
import type { RemoteAccess } from '../http/access.ts';
import { type Answer, call } from '../http/call.ts';
import type { Bucket } from './bucket.ts';

/** What is asked of a bucket, and which permission that takes. */
export interface BucketCall {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether another write at the same time is the caller's to judge. */
  readonly isFirst?: boolean;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly permission: string;
  readonly signal: AbortSignal;
}

/** A range of 16 MiB over a slow line. */
const timeoutMs = 120_000;

/**
 * Asks a bucket, and signs each try anew.
 * @throws UserError (exit 5) for whatever is no success; 404 and 412 are the caller's to judge, and 409 where it wants to be first
 */
export async function askBucket(access: RemoteAccess, bucket: Bucket, request: BucketCall): Promise<Answer> {
  const { method, key, query, headers = {}, body, signal, isFirst = false } = request;
  const url = bucket.urlOf(key, query);
  const what = key === '' ? bucket.name : `${bucket.name}/${key}`;
  const answer = await call(access, {
    method,
    url,
    ...(body === undefined ? {} : { body }),
    what,
    timeoutMs,
    signal,
    tellsRedirects: true,
    sign: () => bucket.sign(method, url, headers, body?.byteLength ?? 0),
  });
  if (answer.status < 300 || answer.status === 404 || answer.status === 412) return answer;
  if (answer.status === 409 && isFirst) return answer;
  throw refused(what, answer, request);
}

/** What a status means to whoever wrote the plan. */
function refused(
  what: string,
  { status, headers, body }: Answer,
  { method, permission }: Pick<BucketCall, 'method' | 'permission'>,
): UserError {
  const text = body.toString('utf8');
  const code = elementsOf(text, 'Code')[0] ?? headers.get('x-ms-error-code') ?? '';
  const region = headers.get('x-amz-bucket-region') ?? elementsOf(text, 'Region')[0];
  if (
    region !== undefined &&
    region !== '' &&
    (status === 301 || status === 307 || code === 'AuthorizationHeaderMalformed')
  ) {
    return unusableFile(`${what} lies in the region ${region}`, {
      hint: `Write storage: { region: ${region} } beside the source.`,
    });
  }
  if (status >= 300 && status < 400) {
    return unusableFile(`${what} redirects elsewhere, and redirects are not followed`, {
      hint: 'Write the final region or endpoint.',
    });
  }
  if (/InvalidObjectState|BlobArchived/u.test(code)) {
    return unusableFile(`${what} is archived and cannot be read`, {
      hint: 'Restore it to a class that can be read at once.',
    });
  }
  if (/RequestTimeTooSkewed/u.test(code)) {
    return unusableFile(`${what} was refused because this machine's clock is wrong`, {
      hint: 'Set the clock; a signature is valid for minutes.',
    });
  }
  if (status === 401 || status === 403) {
    const said = code === '' ? '' : ` (${code})`;
    return unusableFile(
      `${what} may not be ${method === 'GET' || method === 'HEAD' ? 'read' : 'written'} with these credentials${said}: they need ${permission}`,
      {
        hint: 'Credentials come from the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; GCS_HMAC_ACCESS_ID and GCS_HMAC_SECRET; AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN. Buckets where the requester pays are not supported.',
      },
    );
  }
  return unusableFile(`${what} answered with status ${status}${code === '' ? '' : ` (${code})`}`, {
    hint: 'Run the command again once it answers.',
  });
}

/** The texts of the elements of a name in a list that holds nothing nested under that name. */
export function elementsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'gu'))].map(([, text = '']) => unescaped(text));
}

function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/giu, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0x10_ffff ? whole : String.fromCodePoint(code);
  });
}
