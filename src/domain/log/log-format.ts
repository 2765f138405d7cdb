import type { FieldPaths } from './field-paths.ts';
import { evaluationFormats } from './evaluation-formats.ts';
import type { LatencyField } from './latency-field.ts';

/** Formats of request logs that canary reads, its own first. */
export const logFormats = [
  'canary',
  'sagemaker-capture',
  'kserve-logger',
  'inference-table',
  'tf-serving',
  'vertex-log',
  'azure-collector',
  'promptfoo',
  'eval-runs',
] as const;
export type LogFormat = (typeof logFormats)[number];

/**
 * What an answer of a classification is made of: its label; one number, the probability of the second of two labels; a
 * probability for each label in the order of the signature; or a label and one probability, its own or (`positive`) that of
 * the second of two labels.
 */
export const answerForms = [
  'label',
  'probability',
  'scores',
  'label, probability',
  'label, positive probability',
  'probability, label',
] as const;
export type AnswerForm = (typeof answerForms)[number];

/** Paths into a record. */
export interface RequestFields {
  readonly id: FieldPaths;
  readonly timestamp: FieldPaths;
  /** Empty for a format that knows no unit, until the plan names one. */
  readonly unit: FieldPaths;
  readonly input: string;
  readonly label: FieldPaths;
  /** Holds the recorded outcomes, one object per version; of canary's own format alone. */
  readonly outcomes: string;
  /** Of a live split: each record is one version's, and holds its outcome itself. */
  readonly served?: ServedFields;
  /** Path of the prediction inside one answer, for serving systems whose answers are objects of the model's own shape. */
  readonly answer?: string;
}

/** Paths into a record of a live split. */
export interface ServedFields {
  /** The version that served the request. */
  readonly by: string;
  readonly latency: LatencyField;
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
  /** Paths of what came of a request, wherever the plan has no say in it. */
  readonly outcomePlaces: readonly string[];
  /** Whether each record is what one version answered to an example that the other one answered too, as runs of an evaluation are. */
  readonly ofOneVersion?: true;
  /** Whether several components may each log a request under one id. */
  readonly components?: true;
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
    outcomePlaces: [],
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
    outcomePlaces: ['captureData.endpointOutput'],
    latency: 'SageMaker data capture does not record response times',
    errors: 'SageMaker data capture records answers, not failures',
    units: 'SageMaker data capture does not record users',
  },
  'kserve-logger': {
    title: "KServe's inference logger",
    fields: { id: 'id', timestamp: 'time', unit: '', input: 'data', label: 'label', outcomes: 'data' },
    outcomePlaces: [
      'type',
      'ReqType',
      'reqType',
      'data',
      'data_base64',
      'Bytes',
      'bytes',
      'endpoint',
      'Endpoint',
      'inferenceservicename',
      'InferenceService',
      'inferenceService',
    ],
    components: true,
    latency: "KServe's logger records when it sent an event, not how long a request took",
    errors: true,
    units: "KServe's logger does not record users",
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
    outcomePlaces: [
      'response',
      'status_code',
      'execution_duration_ms',
      'execution_time_ms',
      'request_metadata.model_version',
    ],
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
    outcomePlaces: [
      'response',
      'raw_prediction',
      'predictions',
      'outputs',
      'error',
      'latency_ms',
      'model_spec.version',
    ],
    latency: true,
    errors: true,
    units: 'rows of TensorFlow Serving requests do not record users',
  },
  'vertex-log': {
    title: "Vertex AI's request-response log",
    fields: {
      id: 'request_id',
      timestamp: 'logging_time',
      unit: '',
      input: 'request_payload',
      label: 'label',
      outcomes: 'response_payload',
    },
    servedBy: 'deployed_model_id',
    outcomePlaces: ['response_payload', 'deployed_model_id'],
    latency: "Vertex AI's request-response log does not record response times",
    errors: "Vertex AI's request-response log records answers, not failures",
    units: "Vertex AI's request-response log does not record users",
  },
  'azure-collector': {
    title: "Azure Machine Learning's data collector",
    fields: {
      id: 'correlationid',
      timestamp: 'time',
      unit: '',
      input: 'data',
      label: 'label',
      outcomes: 'data',
    },
    outcomePlaces: ['data', 'type', 'source'],
    components: true,
    latency: "Azure's data collector records when it collected, not how long a request took",
    errors: "Azure's data collector records answers, not failures",
    units: "Azure's data collector does not record users",
  },
  ...evaluationFormats,
};
