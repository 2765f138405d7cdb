import type { CheckResult, ComparisonKind } from '../../domain/evidence.ts';
import { countOf, exactNumber } from '../../domain/format-number.ts';
import type { LogSpan } from '../../domain/log/log-span.ts';
import type { Checks, Stage } from '../../domain/plan.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** A day's first and last request lie within the day. */
const tolerance = 0.98;

/**
 * What a window that is too short does. Where other users are compared, the hour may be all that differs, so that it holds; a pair is one request of one user, so that it warns, unless the plan says
 * otherwise.
 */
export function shortWindow({ window }: Pick<Checks, 'window'>, comparison: ComparisonKind): 'hold' | 'warn' {
  return window.action ?? (comparison === 'served' ? 'hold' : 'warn');
}

/** Whether the requests span long enough: people do other things at night, and on another day. */
export function windowCheck(
  checks: Pick<Checks, 'window'>,
  stage: Pick<Stage, 'minDurationMs'>,
  { first, last, stray }: LogSpan,
  comparison: ComparisonKind,
): CheckResult {
  const name = 'window';
  const action = shortWindow(checks, comparison);
  const wanted = stage.minDurationMs ?? checks.window.minDurationMs;
  if (first === null || last === null)
    return { name, status: action, detail: `there are no requests, but ${span(wanted)} of them are required` };
  const spanned = Date.parse(last) - Date.parse(first);
  const left =
    stray === undefined
      ? ''
      : `, without ${countOf(stray.requests, 'request')} far from all others, such as of ${timeText(stray.example)}`;
  const found = `the requests span ${span(spanned)} (${timeText(first)} to ${timeText(last)} UTC${left})`;
  return spanned >= tolerance * wanted
    ? {
        name,
        status: 'pass',
        detail: `${found}; ${span(wanted)} are required`,
        ...(stray === undefined ? {} : { told: true }),
      }
    : {
        name,
        status: action,
        detail: `${found}, less than the ${span(wanted)} required: a shorter window may miss other hours and other users`,
      };
}

/** Whether the requests span a day or more, so that every hour of the day could have some. */
export function spansDays({ first, last }: LogSpan): boolean {
  return first !== null && last !== null && Date.parse(last) - Date.parse(first) >= tolerance * day;
}

/** `3 days`, `21 h 40 min`, `12 min`. */
function span(ms: number): string {
  const minutes = Math.round(ms / minute);
  if (minutes < 1) return `${exactNumber(Math.round(ms / 1000))} s`;
  if (minutes < 60) return `${exactNumber(minutes)} min`;
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours < 72) return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
  return `${exactNumber(Math.floor(hours / 2.4) / 10)} days`;
}

/** The time to the minute, which is what a person compares. */
function timeText(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}
