import type { Estimate } from '../domain/estimate.ts';
import type { PlannedTest } from './guardrail-tests.ts';

/** A planned test with what was estimated for it. */
export interface GuardrailTest extends PlannedTest {
  /** The tested quantity: the candidate's own value, the delta, or the relative delta, as the bound asks. */
  readonly estimate: Estimate;
  /** 1 - alpha, for the sentence. */
  readonly confidence: number;
  /** What could bring the missing data, as the end of a sentence. */
  readonly remedy?: string | undefined;
}
