/** Formats of request logs that canary reads, its own first. */
export const logFormats = ['canary', 'sagemaker-capture', 'kserve-logger', 'inference-table', 'tf-serving'] as const;
export type LogFormat = (typeof logFormats)[number];

/** Dotted paths into a record. */
export interface RequestFields {
  readonly id: string;
  readonly timestamp: string;
  /** Empty for a format that knows no unit, until the plan names one. */
  readonly unit: string;
  readonly input: string;
  readonly label: string;
  /** Holds the recorded outcomes, one object per version; of canary's own format alone. */
  readonly outcomes: string;
  /** Of a live split: each record is one version's, and holds its outcome itself. */
  readonly served?: ServedFields;
  /** Path of the prediction inside one answer, for serving systems whose answers are objects of the model's own shape. */
  readonly answer?: string;
}

/** Dotted paths into a record of a live split. */
export interface ServedFields {
  /** The version that served the request. */
  readonly by: string;
  readonly latency: string;
  readonly error: string;
  readonly prediction: string;
  /** The version's score, where the plan names it. */
  readonly score?: string;
}

/** What a log can hold of a request: true, or a clause that says why it cannot. */
export type CanHold = true | string;

export interface LogFormatTraits {
  /** As messages name it. */
  readonly title: string;
  /** Where its records keep what, unless the plan says otherwise. */
  readonly fields: RequestFields;
  /** Where a record names what answered, unless the plan says otherwise; absent where it is nowhere in the record, or in several places. */
  readonly servedBy?: string;
  readonly latency: CanHold;
  readonly errors: CanHold;
  readonly units: CanHold;
}

/**
 * What each format is and what it can measure. What it cannot hold is never zero: guardrails on it are uncomputable
 * until a replay measures it.
 */
export const logFormatTraits: Readonly<Record<LogFormat, LogFormatTraits>> = {
  canary: {
    title: "canary's own records",
    fields: {
      id: 'request_id',
      timestamp: 'timestamp',
      unit: 'user_id',
      input: 'input',
      label: 'label',
      outcomes: 'outcomes',
    },
    latency: true,
    errors: true,
    units: true,
  },
  'sagemaker-capture': {
    title: 'SageMaker data capture',
    fields: {
      id: 'eventMetadata.eventId',
      timestamp: 'eventMetadata.inferenceTime',
      unit: '',
      input: 'captureData.endpointInput',
      label: 'groundTruthData',
      outcomes: 'captureData.endpointOutput',
    },
    latency: 'SageMaker data capture records no response times',
    errors: 'SageMaker data capture records answers and not failures',
    units: 'SageMaker data capture knows no user',
  },
  'kserve-logger': {
    title: "KServe's inference logger",
    fields: { id: 'id', timestamp: 'time', unit: '', input: 'data', label: 'label', outcomes: 'data' },
    latency: "KServe's logger records when it sent an event, not how long a request took",
    errors: true,
    units: "KServe's logger knows no user",
  },
  'inference-table': {
    title: 'a Databricks inference table',
    fields: {
      id: 'databricks_request_id',
      timestamp: 'request_time',
      unit: 'requester',
      input: 'request',
      label: 'label',
      outcomes: 'response',
    },
    servedBy: 'served_entity_id',
    latency: true,
    errors: true,
    units: true,
  },
  'tf-serving': {
    title: 'rows of TensorFlow Serving requests',
    fields: {
      id: 'request_id',
      timestamp: 'time',
      unit: '',
      input: 'request',
      label: 'groundtruth',
      outcomes: 'response',
    },
    servedBy: 'model_version',
    latency: true,
    errors: true,
    units: 'rows of TensorFlow Serving requests know no user',
  },
};
