export const httpProtocols = [
  'oip-v2',
  'tf-serving',
  'mlflow',
  'sagemaker-local',
  'json',
  'openai-chat',
  'openai-completions',
] as const;
export type HttpProtocol = (typeof httpProtocols)[number];

/** A model that answers over HTTP: where it is, what it speaks, and where in its answers a prediction is. */
export interface HttpEndpoint {
  /** The server's root for `oip-v2` and `tf-serving`, that of the API (`…/v1`) for `openai-*`, else the address that takes requests. */
  readonly url: string;
  readonly protocol: HttpProtocol;
  /** `oip-v2`, `tf-serving` and `openai-*`: the model's name on the server. */
  readonly model?: string;
  /** `oip-v2` and `tf-serving`: the version on the server; the server chooses where it is absent. */
  readonly modelVersion?: string;
  /** Header to value; `${NAME}` in a value stands for an environment variable, so that no secret is written down. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `oip-v2`: the model's inputs; the server is asked where they are absent. */
  readonly inputs?: readonly EndpointInput[];
  /** How a request is laid out: see `httpFormats`. The first of the protocol's where it is absent. */
  readonly format?: string;
  /** `json`: the body, in which `{{input}}`, `{{input.FIELD}}` and `{{id}}` stand for the request's own. */
  readonly body?: unknown;
  readonly answer?: AnswerPaths;
}

/** One named tensor, with the batch as its first dimension (1 or -1); -1 for a dimension of any size. */
export interface EndpointInput {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** Dotted paths into an answer: into the body for `json`, into the model's outputs for the other protocols. */
export interface AnswerPaths {
  readonly label?: string;
  /** Of the label, in [0, 1]. */
  readonly score?: string;
  /** The scores of all labels: a list in the signature's order, or an object by label. */
  readonly scores?: string;
  /** A regression's number, or a text, a ranking or JSON. */
  readonly value?: string;
  /** `json`: where the answer repeats the request's `{{id}}`. */
  readonly id?: string;
}

/** The layouts of each protocol's requests, the usual one first; none where there is no choice. */
export const httpFormats: Readonly<Record<HttpProtocol, readonly string[]>> = {
  'oip-v2': [],
  'tf-serving': ['rows', 'columns'],
  mlflow: ['dataframe_split', 'dataframe_records', 'inputs', 'instances'],
  'sagemaker-local': ['application/json', 'text/csv', 'application/jsonlines'],
  json: [],
  'openai-chat': [],
  'openai-completions': [],
};

/** `${NAME}` in the value of a header. */
export const headerVariable = /\$\{(\w+)\}/gu;

/** The variables of the environment that headers name, each once. */
export function headerVariables(headers: Readonly<Record<string, string>>): readonly string[] {
  const names = Object.values(headers).flatMap((text) =>
    [...text.matchAll(headerVariable)].map(([, name = '']) => name),
  );
  return [...new Set(names)];
}
