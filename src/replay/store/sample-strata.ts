import { parsedJson } from '../../files/parsed-json.ts';
import { createHash } from 'node:crypto';
import type { UnitSample } from '../../domain/log/unit-sample.ts';
import { unusableFile } from '../../domain/errors.ts';
import { inSampleSql } from '../../requests/table/unit-sample.ts';
import { bytesOf, type StoreFiles, textIn } from './store-files.ts';
import { filesAt, type StoreLocation } from './store-place.ts';

/** The folder of a store that says how samples are cut. */
const folder = 'samples';

/** What is kept of a sample: the salt, and the smaller shares that were replayed before it, rising. */
interface Cut {
  readonly salt: string;
  readonly shares: readonly number[];
}

/**
 * How a sample's requests are cut into windows: those of the users that a smaller sample had come first, as that sample cut them, and those of the
 * new users follow in windows of their own. So a sample that grows finds in the store all that was replayed for it. How a share is
 * cut is kept in the store once it is replayed, and never changes.
 */
export class SampleStrata {
  readonly #files: StoreFiles;
  readonly #path: string;
  readonly #cut: Cut;

  /**
   * @param rollout tells the rollout, whose samples grow, from others
   * @param sample of its requests; undefined for all of them
   * @throws UserError (exit 5) when the store cannot be read
   */
  static async find(
    location: StoreLocation,
    rollout: readonly string[],
    sample: UnitSample | undefined,
  ): Promise<SampleStrata> {
    const files = filesAt(location);
    const place = `${folder}/${createHash('sha256').update(JSON.stringify(rollout)).digest('hex').slice(0, 16)}`;
    const own = nameOf(sample);
    const names = await files.list(place);
    const name = names.includes(own) ? own : largestWithin(names, sample);
    const cut = name === undefined ? { salt: sample?.salt ?? '', shares: [] } : await cutIn(files, `${place}/${name}`);
    const grown = name === undefined || name === own ? cut : { ...cut, shares: [...cut.shares, shareOf(name)] };
    return new SampleStrata(files, `${place}/${own}`, grown);
  }

  private constructor(files: StoreFiles, path: string, cut: Cut) {
    this.#files = files;
    this.#path = path;
    this.#cut = cut;
  }

  /** Keeps it, before anything is replayed that is cut by it. @throws UserError (exit 5) when the store cannot be written */
  async keep(): Promise<void> {
    await this.#files.putNew(this.#path, bytesOf(`${JSON.stringify(this.#cut)}\n`));
  }

  /** SQL over a table of requests: how many of the smaller samples lack the request's unit. */
  get sql(): string {
    const { salt, shares } = this.#cut;
    const outside = shares.map((units) => `(NOT ${inSampleSql({ units, salt })})::INTEGER`);
    return outside.length === 0 ? '0' : outside.join(' + ');
  }
}

/** A sample's file: 16 hex digits of its salt's digest and its share. */
function nameOf(sample: UnitSample | undefined): string {
  return sample === undefined ? 'whole.json' : `${saltName(sample.salt)}-${sample.units}.json`;
}

function saltName(salt: string): string {
  return createHash('sha256').update(salt).digest('hex').slice(0, 16);
}

function shareOf(name: string): number {
  return Number(/^[\da-f]{16}-(.+)\.json$/u.exec(name)?.[1] ?? Number.NaN);
}

/** The file of the largest sample whose units are all in this one. */
function largestWithin(names: readonly string[], sample: UnitSample | undefined): string | undefined {
  return names
    .filter((name) => sample === undefined || (name.startsWith(saltName(sample.salt)) && shareOf(name) < sample.units))
    .filter((name) => shareOf(name) > 0)
    .toSorted((one, other) => shareOf(other) - shareOf(one))[0];
}

/** @throws UserError (exit 5) for a file that does not say how a sample is cut */
async function cutIn(files: StoreFiles, path: string): Promise<Cut> {
  const value = parsedJson((await textIn(files, path)) ?? '');
  if (isCut(value)) return value;
  throw unusableFile(`${files.name}/${path} does not say how a sample is cut`, {
    hint: 'Remove the file; the sample is then replayed as one that nobody has replayed before.',
  });
}

function isCut(value: unknown): value is Cut {
  if (typeof value !== 'object' || value === null || !('salt' in value) || !('shares' in value)) return false;
  const { salt, shares } = value;
  return typeof salt === 'string' && Array.isArray(shares) && shares.every((share) => typeof share === 'number');
}
