import type { NumberFormat } from '../told-number.ts';
import type { RequestFileFacts } from './request-file-facts.ts';

/** What was read of a further source: numbers per version, beside the log of requests. */
export interface SourceFacts {
  readonly format: NumberFormat;
  readonly requests: readonly RequestFileFacts[];
  /** The time that the counts of a metrics server are about (ISO 8601; begin excluded); absent for what is no such. */
  readonly window?: { readonly from: string; readonly to: string };
}
