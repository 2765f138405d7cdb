import { AwsClient } from 'aws4fetch';

/** Keys as whoever writes logs has them. */
export const awsKeys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'hunter2hunter2' };

/** Writes objects to an S3 server as a log's shipper does, without canary. */
export class ObjectWriter {
  readonly endpoint: string;
  readonly #client = new AwsClient({
    accessKeyId: awsKeys.AWS_ACCESS_KEY_ID,
    secretAccessKey: awsKeys.AWS_SECRET_ACCESS_KEY,
    service: 's3',
    region: 'us-east-1',
  });

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  async makeBucket(bucket: string): Promise<void> {
    await this.#put(bucket, '');
  }

  async write(bucket: string, key: string, text: string): Promise<void> {
    await this.#put(`${bucket}/${key}`, text);
  }

  async #put(path: string, body: string): Promise<void> {
    const response = await this.#client.fetch(`${this.endpoint}/${path}`, { method: 'PUT', body });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  }
}
