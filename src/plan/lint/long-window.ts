import { exactNumber } from '../../domain/format-number.ts';
import type { LintFinding, LintRule } from './rule.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The last request of a day comes a little before its end. */
const tolerance = 0.98;

/** People ask other things at night: less than a day of requests says nothing of the hours that it lacks. */
export const longWindow: LintRule = {
  name: 'long-window',
  about: 'facts',
  check({ coverage }, _registry, { log }) {
    if (log === undefined || log.requests === 0) return [];
    const findings: LintFinding[] = [];
    if (log.spanMs < dayMs * tolerance) {
      const { spanMs } = log;
      const [count, unit] = spanMs < hourMs ? [spanMs / 60_000, 'minutes'] : [spanMs / hourMs, 'hours'];
      findings.push({
        severity: 'warning',
        path: ['requests'],
        message: `the log spans ${exactNumber(Number(count.toPrecision(2)))} ${unit}, so it lacks hours of the day`,
        hint: 'record at least a day, better a week',
      });
    }
    const missing = wantedHours(coverage?.hours).filter((hour) => (log.hours.get(hour) ?? 0) === 0);
    if (missing.length > 0) {
      const named = missing.map((hour) => `${String(hour).padStart(2, '0')}:00`).join(', ');
      findings.push({
        severity: 'warning',
        path: ['coverage', 'hours'],
        message: `the log has no request at ${named}, which the plan wants covered: every stage will hold`,
        hint: 'record these hours, or name fewer',
      });
    }
    return findings;
  },
};

function wantedHours(hours: readonly [number, number] | undefined): number[] {
  if (hours === undefined) return [];
  const [first, last] = hours;
  return Array.from({ length: ((last - first + 24) % 24) + 1 }, (_, offset) => (first + offset) % 24);
}
