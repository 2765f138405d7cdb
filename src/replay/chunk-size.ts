/** A message costs about as much as a small model's batch, so several batches share one. */
const mostRows = 512;
/** What is sent in one message is lost together, so a slow model gets less of it. */
const longEnoughMs = 250;
const tooLongMs = 1000;

/** How many requests a message to a version's process has: whole batches, more of them while answers come soon. */
export class ChunkSize {
  readonly #batch: number;
  readonly #most: number;
  #batches = 1;

  /** @param batch how many requests the version computes at once */
  constructor(batch: number) {
    this.#batch = batch;
    this.#most = Math.max(1, Math.floor(mostRows / batch));
  }

  get rows(): number {
    return this.#batches * this.#batch;
  }

  /** Takes note of how long a message of `rows` requests took. */
  answered(rows: number, milliseconds: number): void {
    if (rows < this.rows) return;
    if (milliseconds < longEnoughMs) this.#batches = Math.min(this.#most, this.#batches * 2);
    else if (milliseconds > tooLongMs) this.#batches = Math.max(1, Math.floor(this.#batches / 2));
  }
}
