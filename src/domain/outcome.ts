import type { HttpEndpoint } from './endpoint.ts';
import type { FolderRuntime, Signature } from './registry.ts';
import type { ToldName } from './scores/answer-numbers.ts';

/** Why a request got no usable answer. Every failure of a model is an outcome of one of these kinds, never a crash. */
export const errorKinds = [
  'timeout',
  'crash',
  'model-error',
  'bad-response',
  'bad-label',
  'connect',
  'http-4xx',
  'http-5xx',
] as const;
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
  | { readonly kind: 'number'; readonly value: number }
  /** A text, a ranking or JSON, as the one text that `readFreeAnswer` makes of it. */
  | { readonly kind: 'free'; readonly text: string };

/** What answering a request took, where a version tells: see `toldNumbers`. */
export type Usage = { readonly [Name in ToldName]?: number };

/** What was answered, without its scores: a label, a number, or the text of a free answer. */
export function answerOf(prediction: Prediction): string | number {
  if (prediction.kind === 'label') return prediction.label;
  return prediction.kind === 'free' ? prediction.text : prediction.value;
}

/** The result of one request on one version. */
export type Outcome =
  | { readonly ok: true; readonly prediction: Prediction; readonly usage?: Usage; readonly retries?: number }
  | { readonly ok: false; readonly error: ErrorKind; readonly detail: string; readonly retries?: number };

/** What a runtime needs to load one version. Paths are absolute. */
export type ModelSpec = FolderModelSpec | HttpModelSpec | CommandModelSpec;

/** A version whose files run in a process of ours. */
export interface FolderModelSpec {
  readonly version: string;
  readonly runtime: FolderRuntime;
  readonly folder: string;
  readonly signature: Signature;
}

/** A version that a server answers for. */
export interface HttpModelSpec {
  readonly version: string;
  readonly runtime: 'http';
  readonly endpoint: HttpEndpoint;
  /** A folder with the version's own `preprocess.mjs`, and its digest. */
  readonly preprocess?: { readonly folder: string; readonly sha256: string };
  readonly signature: Signature;
}

/** A version that a program computes. */
export interface CommandModelSpec {
  readonly version: string;
  readonly runtime: 'command';
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Its working directory: the artifact's folder, or the registry's where there is none. */
  readonly folder: string;
  /** The digest of the artifact's folder; absent where the program is not part of an artifact. */
  readonly sha256?: string;
  /** How long it may take until its first answer. */
  readonly startTimeoutMs: number;
  readonly signature: Signature;
}

/** A loaded version: answers a batch in order, one outcome per input, and never rejects because of an input. */
export interface Model {
  /** The library that runs it, such as `wasm` or `tensorflow`. */
  readonly backend: string;
  /** Why requests have to be asked one by one, where what shares a batch with a request is known to change its answer. */
  readonly oneByOne?: string;
  /** True where many calls may be under way at once, as for a model that somebody else computes. */
  readonly concurrent?: boolean;
  /** How it reads a request's JSON text, where `JSON.parse` would lose something that it can keep. */
  readonly parse?: (text: string) => unknown;
  /** @param deadline `performance.now()` after which an answer is worth nothing; a model that cannot stop ignores it */
  predict(inputs: readonly unknown[], deadline?: number): Promise<Outcome[]>;
  /** Most memory that what computes it had resident so far, in bytes; null where nobody knows. Absent for this process itself. */
  peakMemory?(): number | null;
  /** How often what computes it ended over a request, so that the next one meets a new one that is not warm. Absent for this process itself. */
  readonly restarts?: number;
  /** Ends whatever it started at once, because this process ends. */
  abandon?(): void;
  close(): Promise<void>;
}
