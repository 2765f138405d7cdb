import { LogFolder } from '../log-folder.ts';
import { importOptions } from './import-fixture.ts';

/** A body as SageMaker writes it. */
export interface Body {
  readonly data: string;
  readonly encoding?: string | null;
  readonly type?: string | null;
}

export const csv = (data: string): Body => ({ data, encoding: 'CSV', type: 'text/csv' });
export const json = (value: unknown): Body => ({
  data: JSON.stringify(value),
  encoding: 'JSON',
  type: 'application/json',
});
export const base64 = (text: string | Uint8Array, type: string | null = null): Body => ({
  data: Buffer.from(text).toString('base64'),
  encoding: 'BASE64',
  type,
});
const bodyOf = ({ data, encoding, type }: Body, mode: string) => ({ observedContentType: type, mode, data, encoding });

export function captured(id: string, input: Body | null, output: Body | null, metadata: object = {}) {
  return {
    captureData: {
      ...(input === null ? {} : { endpointInput: bodyOf(input, 'INPUT') }),
      ...(output === null ? {} : { endpointOutput: bodyOf(output, 'OUTPUT') }),
    },
    eventMetadata: { eventId: id, inferenceTime: '2026-11-01T09:00:00Z', customAttributes: ['user=u1'], ...metadata },
    eventVersion: '0',
  };
}

export const truth = (id: string, data: string, encoding = 'CSV') => ({
  groundTruthData: { data, encoding },
  eventMetadata: { eventId: id },
  eventVersion: '0',
});

/** Where these records keep the user. */
export const unit = { unit: 'eventMetadata.customAttributes.user' };

/** Captures in the folders of their variants, `v1` and `v2`, a fresh place for each read. */
export class Captures {
  readonly logs: LogFolder;
  #place = 0;

  private constructor(logs: LogFolder) {
    this.logs = logs;
  }

  static async open(): Promise<Captures> {
    return new Captures(await LogFolder.open());
  }

  /** A path in a folder that no earlier test wrote to. */
  freshPath(variant: string): string {
    this.#place += 1;
    return `${this.#place}/endpoint/${variant}/2026/11/01/09/a.jsonl`;
  }

  async read(records: readonly unknown[], shadow: readonly unknown[] = [], fields = {}) {
    const path = this.freshPath('v1');
    this.logs.writeRecords(path, records);
    if (shadow.length > 0) this.logs.writeRecords(path.replace('/v1/', '/v2/'), shadow);
    const facts = await this.logs.read({
      files: [`${this.#place}/**/*.jsonl`],
      ...importOptions('sagemaker-capture', { ...unit, ...fields }),
    });
    const rows = await this.logs.db.rows(`SELECT * EXCLUDE ("at"), "at"::VARCHAR AS "at" FROM requests ORDER BY id`);
    return { facts, rows };
  }

  async close(): Promise<void> {
    await this.logs.close();
  }
}
