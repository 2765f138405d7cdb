import type { CheckResult } from '../../domain/evidence.ts';
import { countOf, formatCount } from '../../domain/format-number.ts';
import type { Stage } from '../../domain/plan.ts';
import { localTimeText, nextOpening, windowText } from '../../domain/stages/weekly-window.ts';

/** What a stage may have to wait for, whatever its requests show. */
export interface StageTiming {
  /** The last stage that was entered, and when it came into force (ISO 8601); absent before the first. */
  readonly before?: { readonly name: string; readonly since: string } | undefined;
  /** The time now (ISO 8601). */
  readonly now: string;
}

/** When a stage may begin as far as time alone decides; absent where it asks for none. */
export interface StageWait {
  /** The time until which it waits, ISO 8601, and what for; absent where it need not wait. */
  readonly until?: string;
  readonly detail: string;
}

/** How long the stage before must have been in force. */
export function bakeWait({ bakeMs }: Pick<Stage, 'bakeMs'>, { before, now }: StageTiming): StageWait | undefined {
  if (bakeMs === undefined) return undefined;
  if (before === undefined) return { detail: 'there is no earlier stage to wait for' };
  const until = new Date(Date.parse(before.since) + bakeMs).toISOString();
  const asked = `stage ${before.name} has been in force since ${before.since}; ${span(bakeMs)} are required`;
  return until <= now ? { detail: asked } : { until, detail: `${asked}: wait until ${until}` };
}

/** When the stage may be acted on. */
export function windowWait(
  { increaseWindow }: Pick<Stage, 'increaseWindow'>,
  { now }: Pick<StageTiming, 'now'>,
): StageWait | undefined {
  if (increaseWindow === undefined) return undefined;
  const text = windowText(increaseWindow);
  const opening = nextOpening(increaseWindow, Date.parse(now));
  if (opening === Date.parse(now)) return { detail: `an increase is allowed ${text}, which includes now` };
  if (opening === undefined) return { until: now, detail: `${text} is never` };
  return {
    until: new Date(opening).toISOString(),
    detail: `an increase is allowed ${text}: wait until ${localTimeText(opening, increaseWindow.timeZone)}`,
  };
}

/** The checks of time that a stage asks for: `bake` and `increaseWindow`. */
export function timingChecks(stage: Stage, timing: StageTiming): readonly CheckResult[] {
  return [...checkOf('bake', bakeWait(stage, timing)), ...checkOf('increaseWindow', windowWait(stage, timing))];
}

function checkOf(name: string, wait: StageWait | undefined): readonly CheckResult[] {
  if (wait === undefined) return [];
  return [{ name, status: wait.until === undefined ? 'pass' : 'hold', detail: wait.detail }];
}

/** Whether there were as many requests since the stage before was entered as the stage asks for. */
export function newRequestsCheck(
  { newRequests }: Pick<Stage, 'newRequests'>,
  have: number,
  { before }: Pick<StageTiming, 'before'>,
): readonly CheckResult[] {
  if (newRequests === undefined) return [];
  const name = 'newRequests';
  if (before === undefined) return [{ name, status: 'not-applicable', detail: 'no stage was entered before' }];
  const found = `${countOf(have, 'request')} came since stage ${before.name} was entered (${before.since})`;
  return [
    have >= newRequests
      ? { name, status: 'pass', detail: `${found}; ${formatCount(newRequests)} are required` }
      : {
          name,
          status: 'hold',
          detail: `${found}, the stage requires ${formatCount(newRequests)}: ${formatCount(newRequests - have)} more needed`,
        },
  ];
}

const hour = 3_600_000;

/** `24 h`, `90 min`. */
function span(ms: number): string {
  return ms % hour === 0 ? `${ms / hour} h` : `${Math.round(ms / 60_000)} min`;
}
