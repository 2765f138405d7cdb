/** How the objects of a source in a bucket are read. */
export interface StorageSettings {
  /** Of the bucket; AWS_REGION where absent. */
  readonly region?: string;
  /** Address of an S3, GCS or Azure server other than the vendor's. */
  readonly endpoint?: string;
  /** Whether the bucket is a part of the path instead of the host's name. */
  readonly pathStyle?: boolean;
  /** Folder that keeps what was fetched, relative to the plan's folder. */
  readonly cache?: string;
  /** More than this is not fetched, in bytes. */
  readonly maxBytes?: number;
  /** Objects under way at once. */
  readonly concurrency?: number;
}

const schemes = /^(?:s3|gs|az|https?):\/\//u;

/** Whether a source is in a bucket or behind an address, and no file of this machine. */
export function isObjectSource(source: string): boolean {
  return schemes.test(source);
}

/**
 * Where an object is kept: below a folder that says which state of it this is, with its own names behind, since the names of folders may hold
 * columns.
 * @param identity 64 hex digits that another state of the object does not have
 */
export function objectPath(cache: string, identity: string, url: string): string {
  const [, scheme = '', rest = ''] = /^([a-z0-9]+):\/\/(.*)$/su.exec(url) ?? [];
  const names = rest.split('/').map((name) => (name === '' || name === '.' || name === '..' ? `_${name}` : name));
  return [cache, identity, scheme, ...names].join('/');
}

/** The address of an object that is kept at a path; undefined for a file of another kind. */
export function urlOfObjectPath(path: string): string | undefined {
  const [, scheme, rest] = /[/\\][0-9a-f]{64}[/\\](s3|gs|az|https?)[/\\](.*)$/su.exec(path) ?? [];
  if (scheme === undefined || rest === undefined) return undefined;
  return `${scheme}://${rest
    .split(/[/\\]/u)
    .map((name) => name.replace(/^_(?=\.{0,2}$)/u, ''))
    .join('/')}`;
}
