import { type LatencyField, type LatencyUnit, latencyUnits } from '../../domain/log/latency-field.ts';
import { pathOf } from '../../domain/log/record-path.ts';
import type { Role } from '../../domain/role.ts';
import type { WantedField } from '../containers/record-scan.ts';
import { timestampSql } from './time.ts';

const nanosecondsPerMs = 1e6;
/** More does not fit into 64 bits of nanoseconds. */
const mostLatencyMs = 9e12;

/** What stands for a latency that is there and cannot be one, until these are counted. */
export const unmeasured = -1;

/** The fields that the latency of a live split is read from. */
export function latencyFields(latency: LatencyField): WantedField[] {
  if (typeof latency === 'object' && 'from' in latency) {
    return [
      { column: 'served_from', path: pathOf(latency.from), as: 'text' },
      { column: 'served_to', path: pathOf(latency.to), as: 'text' },
    ];
  }
  const path = pathOf(typeof latency === 'string' ? latency : latency.path);
  return [{ column: 'served_latency', path, as: 'text', isNumber: true }];
}

/** SQL of the text of a record's latency, from those fields; of two times in ms, and what they are where they are none. */
export function latencyTextSql(latency: LatencyField): string {
  if (typeof latency !== 'object' || !('from' in latency)) return `nullif(served_latency, '')`;
  const microseconds = `epoch_us(${timestampSql('served_to')}) - epoch_us(${timestampSql('served_from')})`;
  const written = `nullif(concat_ws(' to ', nullif(served_from, ''), nullif(served_to, '')), '')`;
  // A request that never ended has no time, which is not a wrong one.
  const ended = `nullif(served_from, '') IS NOT NULL AND nullif(served_to, '') IS NOT NULL`;
  return `CASE WHEN ${ended} THEN coalesce(((${microseconds}) / 1e3)::VARCHAR, ${written}) END`;
}

/** SQL of a latency in ms, DOUBLE, from its text. */
export function latencyMsSql(text: string, unit: LatencyUnit): string {
  const number = `try_cast(${text} AS DOUBLE)`;
  return unit === 'ms' ? number : `${number} * ${latencyUnits[unit]}::DOUBLE`;
}

/** Whether a text is how gateways write that they have no time. */
function saysNoTime(text: string): string {
  return String.raw`regexp_full_match(${text}, '\s*-(1([.]0*)?)?\s*')`;
}

/**
 * SQL of a latency in whole nanoseconds, BIGINT: NULL where none was recorded, `unmeasured` where what was recorded is negative or no
 * number. Nothing else of the record depends on it.
 */
export function latencyNsSql(role: Role, latency: LatencyField | undefined): string {
  const ms = `${role}_latency_ms`;
  const isDifference = typeof latency === 'object' && 'from' in latency;
  const silent = isDifference ? '' : `WHEN ${saysNoTime(`${role}_latency`)} THEN NULL`;
  return `CASE WHEN ${ms} >= 0 AND ${ms} < ${mostLatencyMs} THEN round(${ms} * ${nanosecondsPerMs})::BIGINT
    ${silent} WHEN nullif(${role}_latency, '') IS NOT NULL THEN ${unmeasured} END`;
}
