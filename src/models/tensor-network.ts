/** The part of a model that turns one tensor into another: what a runtime adds to canary. */
export interface TensorNetwork {
  /** The library that computes. */
  readonly backend: string;
  /** The shape of one request's input, without the batch dimension. */
  readonly inputShape: readonly number[];
  /** Most requests that one call can take; Infinity unless the model was exported for a fixed batch size. */
  readonly batchLimit: number;
  /**
   * Computes a batch.
   *
   * @param inputs the requests' inputs one after another, `count` times the size of `inputShape`
   * @returns the output, whose first dimension counts requests where the model keeps them apart
   */
  run(inputs: Float32Array, count: number): TensorOutput | Promise<TensorOutput>;
}

export interface TensorOutput {
  readonly shape: readonly number[];
  readonly values: NumberArray;
}

export type NumberArray = Float32Array | Int32Array | Uint8Array;

/** How many numbers a tensor of this shape holds. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}
