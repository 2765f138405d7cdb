import type { ElementArray, ElementName } from './element-types.ts';

/** The part of a model that turns tensors into others: what a runtime that computes here adds to canary. */
export interface TensorNetwork {
  /** The library that computes. */
  readonly backend: string;
  readonly inputs: readonly DescribedTensor[];
  readonly outputs: readonly (DescribedTensor | OtherValue)[];
  /** Why requests should be asked one by one, where its files tell that what shares a batch changes an answer. */
  readonly oneByOne?: string;
  /**
   * Computes one call.
   *
   * @param feeds one tensor per input, in their order
   * @param fetches names of the outputs that are wanted
   * @returns those outputs, in the order of `fetches`
   */
  run(feeds: readonly FilledTensor[], fetches: readonly string[]): Promise<readonly OutputTensor[]>;
  close(): Promise<void>;
}

/** A tensor that a model takes or gives, batch included. */
export interface DescribedTensor {
  readonly name: string;
  /** As onnxruntime names it; one of `ElementName` where a recorded value can fill it. */
  readonly type: string;
  /** A dimension of unknown size is its name, or null where it has none. Null where not even their number is known. */
  readonly shape: readonly (number | string | null)[] | null;
}

/** An output that is not a tensor, such as a list of maps. */
export interface OtherValue {
  readonly name: string;
  readonly type: null;
}

/** An input of a call. */
export interface FilledTensor {
  readonly name: string;
  readonly type: ElementName;
  readonly shape: readonly number[];
  /** In row-major order, as many as the shape holds. */
  readonly elements: ElementArray;
}

/** An output of a call: its shape, and its elements in row-major order. */
export interface OutputTensor {
  readonly shape: readonly number[];
  readonly values: OutputValues;
}

/** Some of an output's values. */
export type OutputValues = readonly (number | string)[] | Float32Array | Float64Array | Int32Array | Uint8Array;

/** How many numbers a tensor of this shape holds. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}
