import type { Signature } from './registry.ts';

/** Why a request got no usable answer. Every failure of a model is an outcome of one of these kinds, never a crash. */
export const errorKinds = ['timeout', 'crash', 'model-error', 'bad-response', 'bad-label'] as const;
export type ErrorKind = (typeof errorKinds)[number];

/** A usable answer: a label with its score in [0, 1] where there is one, or a number. */
export type Prediction =
  | {
      readonly kind: 'label';
      readonly label: string;
      readonly score?: number;
      /** The score of every label, in the order of the signature; NaN for one that the version did not score. */
      readonly scores?: ArrayLike<number>;
    }
  | { readonly kind: 'number'; readonly value: number };

/** The result of one request on one version. */
export type Outcome =
  | { readonly ok: true; readonly prediction: Prediction; readonly latencyMs?: number }
  | { readonly ok: false; readonly error: ErrorKind; readonly detail: string; readonly latencyMs?: number };

/** What a runtime needs to load one version. Paths are absolute. */
export interface ModelSpec {
  readonly version: string;
  readonly runtime: 'tfjs' | 'onnx';
  readonly folder: string;
  readonly signature: Signature;
}

/** A loaded version: answers a batch in order, one outcome per input, and never rejects because of an input. */
export interface Model {
  /** The library that runs it, such as `wasm` or `tensorflow`. */
  readonly backend: string;
  predict(inputs: readonly unknown[]): Promise<Outcome[]>;
  close(): Promise<void>;
}
