import type { Metric } from '../../domain/metric.ts';
import { leftOutOf } from '../../metrics/families/selection-shares.ts';
import type { PlannedTest } from '../../verdict/guardrail-tests.ts';
import { subjectOf } from './judge-test.ts';
import type { JudgedStage } from './judged-stage.ts';

/**
 * Whether a metric has nothing to be computed on of one version where the other has something: users who get no answer at all are not
 * users of whom nothing is known.
 */
export async function isOneSided({ scope, shares }: JudgedStage, test: PlannedTest): Promise<boolean> {
  const leftOut: Metric | undefined = leftOutOf(test.guardrail.metric, scope.comparison);
  if (leftOut === undefined) return false;
  const measured = await shares.measure({ ...subjectOf(scope, test), metric: leftOut }, 'difference');
  // A share is a proportion here, and all of it is 1 to the last digit.
  return measured.kind === 'linearized' && (measured.baseline === 1) !== (measured.candidate === 1);
}
