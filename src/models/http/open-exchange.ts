import type { HttpProtocol } from '../../domain/endpoint.ts';
import type { OpenExchange } from './exchange.ts';

/** The protocols, each in a file of its own that is loaded when a version speaks it. */
export const openExchange: Readonly<Record<HttpProtocol, OpenExchange>> = {
  'oip-v2': async (...from) => (await import('./protocols/oip-v2.ts')).openInferenceProtocol(...from),
  'tf-serving': async (...from) => (await import('./protocols/tf-serving.ts')).tensorFlowServing(...from),
  mlflow: async (...from) => (await import('./protocols/mlflow.ts')).mlflowScoring(...from),
  'sagemaker-local': async (...from) => (await import('./protocols/sagemaker-local.ts')).sagemakerLocal(...from),
  json: async (...from) => (await import('./protocols/json-template.ts')).jsonTemplate(...from),
};
