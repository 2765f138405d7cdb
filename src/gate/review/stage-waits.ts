import { formatCount, formatShare, countOf } from '../../domain/format-number.ts';
import { basisOf } from '../../domain/judged.ts';
import type { Stage } from '../../domain/plan.ts';
import { windowText } from '../../domain/stages/weekly-window.ts';
import { isSplit } from '../../domain/stages/period.ts';
import { approvalChecks } from '../../registry/file/approval.ts';
import { nextStage } from '../../registry/file/rollout-state.ts';
import { bakeWait } from '../../verdict/checks/stage-timing.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { stageBefore, stagePeriods } from '../rollout/stage-periods.ts';

/** What a stage waits for beside its guardrails, a clause each: whose requests it rests on, time, new requests, hours of the week. */
export function stageWaits(rollout: Rollout, stage: Stage, now: string): readonly string[] {
  const { plan, record } = rollout;
  if (record?.entered.includes(stage.name) === true) return [];
  const before = plan.stages[plan.stages.indexOf(stage) - 1];
  const after = before === undefined ? 'a stage' : `stage ${before.name}`;
  const isNext = nextStage(plan.stages, record?.entered ?? [])?.name === stage.name;
  const { bakeMs, newRequests, increaseWindow } = stage;
  const until = isNext ? bakeWait(stage, { before: stageBefore(rollout, stage), now })?.until : undefined;
  return [
    ...(basisOf(plan, stage) === 'live' ? [restsOn(rollout, stage, before)] : []),
    ...(bakeMs === undefined
      ? []
      : [`${spanText(bakeMs)} of ${after} in force${until === undefined ? '' : `, until ${until}`}`]),
    ...(newRequests === undefined ? [] : [`${countOf(newRequests, 'request')} since ${after} was entered`]),
    ...(increaseWindow === undefined ? [] : [`an increase ${windowText(increaseWindow)}`]),
    ...approvalChecks(rollout.registry, rollout, stage).map(({ status, detail }) =>
      status === 'pass' ? `an approval, which it has: ${detail}` : "a person's approval: canary approve",
    ),
  ];
}

/** The period whose requests decide: that of the weight before, as far as somebody told that it began. */
function restsOn(rollout: Rollout, stage: Stage, before: Stage | undefined): string {
  const { periods } = stagePeriods(rollout, stage) ?? { periods: [] };
  const inForce = periods.findLast(isSplit);
  const asked = before !== undefined && before.weight > 0 ? before.weight : inForce?.weight;
  if (asked === undefined) return 'requests that the candidate has served; none is known';
  const isThere = inForce?.weight === undefined ? inForce !== undefined : Math.abs(inForce.weight - asked) < 1e-6;
  const since = isThere ? (inForce?.from === undefined ? '' : ` since ${inForce.from}`) : ', once they are';
  return `requests served at ${formatShare(asked)}${since}`;
}

/** `24 h`, `90 min` */
function spanText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes % 60 === 0 ? `${formatCount(minutes / 60)} h` : `${formatCount(minutes)} min`;
}
