import { existsSync } from 'node:fs';
import { afterAll } from 'vitest';
import { askBucket } from '../../src/remote/storage/ask-bucket.ts';
import { objectSource } from '../../src/remote/storage/bucket.ts';
import { temporaryFolder } from '../cli/harness.ts';
import { freePort, startServer } from '../routing/real-server.ts';
import { googleFront, isGoogleThere, startGoogle } from './google-front.ts';

const python = new URL('../python/.venv/bin/python', import.meta.url).pathname;
const moto = new URL('../python/.venv/bin/moto_server', import.meta.url).pathname;
/** Where CI installs it, which is larger than all else, so that it is no dependency. */
const azurite = new URL('.azurite/node_modules/azurite/dist/src/blob/main.js', import.meta.url).pathname;

/** Account and key that Azurite's documentation gives everybody. */
const account = 'devstoreaccount1';
const azureKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

interface Started {
  readonly endpoint: string;
  readonly stop: () => void;
}

/** A server that speaks a cloud's storage, and a bucket in it. */
export interface Emulator {
  readonly name: string;
  readonly isThere: boolean;
  readonly start: () => Promise<Started>;
  /** Of a bucket. */
  readonly source: string;
  readonly env: Readonly<Record<string, string>>;
  /** Other credentials, which it refuses; absent where it takes any. */
  readonly refused?: Readonly<Record<string, string>>;
  /** What comes behind its address. */
  readonly path?: string;
}

const awsKeys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 's' };
const googleKeys = { GCS_HMAC_ACCESS_ID: 'GOOG1EXAMPLE', GCS_HMAC_SECRET: 'bGoa' };

async function started(program: string, argsOf: (port: number) => readonly string[]): Promise<Started> {
  const port = await freePort();
  const server = await startServer(program, argsOf(port), port);
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => void server.kill('SIGKILL') };
}

/** Those of the three clouds; each is there where CI or a developer installed it. */
export const emulators: readonly Emulator[] = [
  {
    name: "moto's S3",
    isThere: existsSync(moto),
    start: () => started(python, (port) => ['-m', 'moto.server', '-p', String(port)]),
    source: 's3://logs',
    env: awsKeys,
  },
  {
    name: 'Azurite',
    isThere: existsSync(azurite),
    start: () => {
      const place = ['--location', temporaryFolder(afterAll), '--skipApiVersionCheck', '--silent'];
      return started(process.execPath, (port) => [azurite, '--blobPort', String(port), ...place]);
    },
    source: `az://${account}/logs`,
    env: { AZURE_STORAGE_KEY: azureKey },
    refused: { AZURE_STORAGE_KEY: azureKey.replace('Eby8', 'Eby9') },
    path: `/${account}`,
  },
  {
    name: 'fake-gcs-server',
    isThere: isGoogleThere,
    start: async () => {
      const google = await startGoogle();
      const front = await googleFront(google.endpoint, googleKeys.GCS_HMAC_ACCESS_ID);
      return {
        endpoint: front.endpoint,
        stop() {
          front.stop();
          google.stop();
        },
      };
    },
    source: 'gs://logs',
    env: googleKeys,
    refused: { ...googleKeys, GCS_HMAC_ACCESS_ID: 'GOOG1OTHER' },
  },
];

/** A bucket in an emulator that was started for it. */
export class EmulatedBucket {
  /** Address of the server, as a plan's `storage.endpoint` has it. */
  readonly endpoint: string;
  readonly access: { readonly run: true; readonly environment: Readonly<Record<string, string>> };
  readonly #emulator: Emulator;
  readonly #started: Started;

  private constructor(emulator: Emulator, server: Started) {
    this.#emulator = emulator;
    this.#started = server;
    this.endpoint = `${server.endpoint}${emulator.path ?? ''}`;
    this.access = { run: true, environment: emulator.env };
  }

  static async open(emulator: Emulator): Promise<EmulatedBucket> {
    const bucket = new EmulatedBucket(emulator, await emulator.start());
    await bucket.#write('', undefined);
    return bucket;
  }

  of(key = ''): ReturnType<typeof objectSource> {
    return objectSource(this.access, `${this.#emulator.source}/${key}`, { endpoint: this.endpoint });
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    await this.#write(key, new Uint8Array(body));
  }

  async #write(key: string, body: Uint8Array<ArrayBuffer> | undefined): Promise<void> {
    const { bucket } = this.of();
    const headers = bucket.vendor === 'az' && body !== undefined ? { 'x-ms-blob-type': 'BlockBlob' } : {};
    const { signal } = new AbortController();
    const request = { method: 'PUT', key, headers, permission: 'leave', signal } as const;
    const { status } = await askBucket(this.access, bucket, body === undefined ? request : { ...request, body });
    if (status >= 300) throw new Error(`${key === '' ? 'the bucket' : key} was not made: status ${status}`);
  }

  stop(): void {
    this.#started.stop();
  }
}
