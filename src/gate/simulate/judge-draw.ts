import type { Frozen } from '../../domain/registry.ts';
import type { CheckResult, GuardrailResult, Verdict } from '../../domain/evidence.ts';
import type { Stage } from '../../domain/plan.ts';
import { readHourBlocks } from '../../metrics/hour-blocks.ts';
import type { Draw } from '../../simulation/draw.ts';
import { DrawnMeasurer } from '../../simulation/drawn-measurer.ts';
import { drawnScope } from '../../simulation/drawn-scope.ts';
import type { DrawnStage } from '../../simulation/drawn-stage.ts';
import { triggeredInDraw } from '../../simulation/drawn-triggers.ts';
import { writeDrawnStage } from '../../simulation/drawn-table.ts';
import type { Population } from '../../simulation/population.ts';
import { PairMeasurer } from '../../metrics/pair-measurer.ts';
import { TriggeredMeasurer } from '../../metrics/triggered-measurer.ts';
import { judgedSize } from '../../verdict/judged-size.ts';
import { decide } from '../../verdict/decide.ts';
import { refusing } from '../outcomes/outcome-sources.ts';
import { judgeStage } from '../judge/judge-stage.ts';
import { laterParts } from '../judge/read-stability.ts';
import type { SimulatedLog } from './simulated-log.ts';

/** A look at a stage of a simulated rollout. */
export interface SimulatedLook {
  readonly population: Population;
  readonly draw: Draw;
  readonly stage: Stage;
  /** Requests up to this time are in the log by then, ms since 1970. */
  readonly until: number;
  /** What the stage's first look froze. */
  readonly frozen: Frozen | undefined;
}

export interface JudgedLook {
  readonly frozen: Frozen;
  readonly guardrails: readonly GuardrailResult[];
  readonly checks: readonly CheckResult[];
  readonly verdict: Verdict;
}

/**
 * Judges a look by the code that `evaluate` judges a real one by. Left out is what cannot decide in a simulation: comparisons that
 * only a report shows, the parity of cohorts, which are drawn at random here, and drift, which the log has or has not whoever is drawn.
 */
export async function judgeDraw(log: SimulatedLog, look: SimulatedLook): Promise<JudgedLook> {
  const { plan } = log.rollout;
  const { population, draw, stage, until } = look;
  const drawn: DrawnStage = { population, draw, weight: stage.weight, until, timed: 1 };
  const { scope, sizes, span } = drawnScope(drawn, plan, stage, log.span);
  const judged = judgedSize(scope.cohorts, scope.judgedCohort).requests;
  const timed = log.timedInPairs ? Math.min(1, plan.replay.latencyRequests / Math.max(1, judged)) : 1;
  const measurerOf = (metrics = log.metrics, part: Pick<DrawnStage, 'from'> = {}) => {
    const measured = { ...drawn, ...part, timed };
    const table = () => writeDrawnStage(log.db, measured, part.from === undefined ? '' : '_later');
    const drawnMeasurer = new DrawnMeasurer(measured, metrics, table);
    const triggered =
      population.triggered === undefined
        ? drawnMeasurer
        : new TriggeredMeasurer(drawnMeasurer, triggeredInDraw(measured));
    const inPairs = log.timedInPairs
      ? new PairMeasurer(triggered, { db: log.db, name: 'judged' }, { everyone: true })
      : triggered;
    return refusing(inPairs, log.refusals);
  };
  const judgement = await judgeStage(
    {
      plan,
      stage,
      scope,
      sizes,
      span,
      files: log.files,
      measurer: measurerOf(),
      shares: measurerOf(log.shares),
      later: laterParts(span).map(({ name, from }) => ({
        name,
        measurer: async () => measurerOf(log.metrics, { from }),
      })),
      ...(log.recordedTimes
        ? { hours: async (change) => await readHourBlocks(await writeDrawnStage(log.db, drawn), change) }
        : {}),
      // Whoever looks at a log that has grown times its versions anew.
      ...(log.timedInPairs ? { timing: String(until) } : {}),
      readParity: async () => ({ numbers: [], incomparable: [], mixes: [], alphaEach: 1 }),
      readDrift: async () => undefined,
      verdictOnly: true,
    },
    look.frozen,
  );
  return { ...judgement, verdict: decide(judgement.guardrails, judgement.checks) };
}
