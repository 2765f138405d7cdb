import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';

const log = fileURLToPath(new URL('../../fixtures/requests/2026-11-01.jsonl', import.meta.url));

/** What users asked, and what they turned out to want. */
export const asked = readFileSync(log, 'utf8')
  .trim()
  .split('\n')
  .map((line): { readonly input: string; readonly label: string } => JSON.parse(line));

const users = 5000;
const atOnce = 24;
const perSecond = 200;
const shipEveryMs = 400;

/** Users who keep asking a server, each in turn. */
export class Users {
  readonly #stop = new AbortController();
  readonly #done: Promise<unknown>;

  constructor(port: number) {
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections: atOnce });
    const began = performance.now();
    let next = 0;
    const person = async () => {
      while (!this.#stop.signal.aborted) {
        const index = next++;
        const early = began + (index * 1000) / perSecond - performance.now();
        if (early > 1) await wait(early);
        // A server that takes up a new configuration lets go of connections that nobody uses.
        await this.#ask(pool, index).catch(() => wait(5));
      }
    };
    this.#done = Promise.all(Array.from({ length: atOnce }, person)).then(() => pool.close());
  }

  async #ask(pool: Pool, index: number): Promise<void> {
    const { input, label } = asked[index % asked.length] ?? { input: '', label: '' };
    const { body } = await pool.request({
      method: 'POST',
      path: '/v2/models/intent/infer',
      headers: { 'x-user-id': `user-${index % users}`, 'x-label': label },
      body: JSON.stringify({ inputs: [{ name: 'text', shape: [1], datatype: 'BYTES', data: [input] }] }),
    });
    await body.dump();
  }

  async leave(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }
}

/** Takes what a log file has more of to a bucket, again and again, an object each time. */
export class Shipper {
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  /** @param write makes an object of a name */
  constructor(file: string, write: (name: string, text: string) => Promise<void>) {
    this.#done = this.#ship(file, write);
  }

  async #ship(file: string, write: (name: string, text: string) => Promise<void>): Promise<void> {
    let shipped = 0;
    for (let number = 0; !this.#stop.signal.aborted;) {
      const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
      // A line that is being written has no end yet.
      const end = bytes.lastIndexOf('\n') + 1;
      if (end > shipped) {
        await write(`${String(number).padStart(6, '0')}.jsonl`, bytes.subarray(shipped, end).toString('utf8'));
        number += 1;
        shipped = end;
      }
      await wait(shipEveryMs);
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }
}
