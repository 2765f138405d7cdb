import { boundsOwnValue, harmfulEnd, limitOf } from '../../domain/bound.ts';
import type { GuardrailResult } from '../../domain/evidence.ts';
import { formatQuantity } from '../../domain/format-number.ts';
import { testedMeasure } from '../../domain/bound.ts';
import { metricTraits } from '../../domain/metric.ts';
import { boundary } from '../../stats/bounds/boundary.ts';
import { normalUpperTail, studentUpperQuantile } from '../../stats/distributions.ts';
import { fromSymmetricScale, toSymmetricScale } from '../../stats/estimates/linearized.ts';
import { type BlockedChange, fewestBlocks } from '../../stats/estimates/hour-blocks.ts';
import type { PlannedTest } from '../../verdict/guardrail-tests.ts';
import type { JudgedTest } from './judge-test.ts';
import { subjectOf } from './judge-test.ts';
import type { JudgedStage } from './judged-stage.ts';

/**
 * A breach of latency as it was recorded or served must also hold with hours as blocks: pods of one version that are slow for an hour are
 * slow for all their users, which no interval between users knows of. What does not hold is inconclusive. Times that were measured side by
 * side have no such hours.
 */
export async function holdByHours(
  { scope, hours }: Pick<JudgedStage, 'scope' | 'hours'>,
  test: PlannedTest,
  judged: JudgedTest,
): Promise<JudgedTest> {
  const { measured, result, beside } = judged;
  const { guardrail, bound } = test;
  const isAsked = result.status === 'breach' && guardrail.metric.family === 'latency' && result.test === 'interval';
  if (!isAsked || hours === undefined || boundsOwnValue(bound.kind) || measured.kind !== 'linearized') return judged;
  const quantity = bound.relative ? 'relative' : 'difference';
  const blocked = await hours({ subject: subjectOf(scope, test), quantity, measured });
  const measure = testedMeasure(bound, metricTraits(guardrail.metric).unit);
  if (blocked.kind === 'uncomputable')
    return withStatus(judged, `hours as blocks cannot say (${blocked.reason}), so one slow hour may be all of it`);
  const isHigh = harmfulEnd(bound.kind) === 'high';
  const distance = halfWidth(blocked, beside.inference, isHigh ? beside.alphaLower : beside.alphaUpper);
  const center = toSymmetricScale(measured.logScale, measured.value);
  const best = fromSymmetricScale(measured.logScale, isHigh ? center - distance : center + distance);
  const limit = limitOf(bound.kind, bound.value);
  if (isHigh ? best > limit : best < limit) return judged;
  const bestText = formatQuantity(best, measure, limit);
  return withStatus(
    judged,
    `with its ${blocked.blocks} hours as blocks it is at best ${bestText}, so a few slow hours may be all of it`,
  );
}

/** The sequential bound counts hours, whose number is what it is tuned for. */
function halfWidth(
  { blocks, standardError, degreesOfFreedom }: BlockedChange,
  inference: 'fixed' | 'sequential',
  alpha: number,
) {
  const z = boundary(inference, alpha, blocks, Math.max(fewestBlocks, blocks));
  return studentUpperQuantile(normalUpperTail(z), degreesOfFreedom) * standardError;
}

function withStatus(judged: JudgedTest, why: string): JudgedTest {
  const reason = `${judged.result.reason.replace(/: breach$/u, '')}: inconclusive, since ${why}`;
  const result: GuardrailResult = { ...judged.result, status: 'inconclusive', reason };
  return { ...judged, result };
}
