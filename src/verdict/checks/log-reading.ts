import type { CheckResult } from '../../domain/evidence.ts';
import { countOf } from '../../domain/format-number.ts';
import type { LogReading } from '../../domain/log/log-reading.ts';

/** Nothing that canary judges was served before. */
const earliest = '2000-01-01T00:00:00.000Z';

const dayMs = 86_400_000;

const clockNames: Readonly<Record<string, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
};

const errorNames: Readonly<Record<NonNullable<LogReading['errorNumbers']>, string>> = {
  http: 'statuses of HTTP, of which 400 and above and 0 are errors',
  grpc: 'codes of gRPC, of which 0 is not an error',
  flag: 'flags, of which 1 is an error',
  code: 'codes, of which 0 is not an error',
};

/**
 * Tells what the values of a log were taken for where that is not what they look like, and warns of times that no request can have.
 * @param now ISO 8601
 */
export function logReadingCheck(reading: LogReading, now: string): CheckResult {
  const name = 'log reading';
  const impossible = implausibleTimes(reading, now);
  const told = [...impossible, ...takenFor(reading)];
  if (told.length === 0) return { name, status: 'pass', detail: 'every value is taken as it is written' };
  return { name, status: impossible.length > 0 ? 'warn' : 'pass', detail: told.join('; '), told: true };
}

function implausibleTimes({ first, last, clocks }: LogReading, now: string): string[] {
  const hint = `a number is read as seconds, milliseconds, microseconds or nanoseconds since 1970 by its size${
    clocks.length === 0 ? '' : `, here as ${clocks.map((clock) => clockNames[clock]).join(' and ')}`
  }`;
  return [
    ...(first !== null && first < earliest ? [`the first request is of ${first}: ${hint}`] : []),
    ...(last !== null && Date.parse(last) > Date.parse(now) + dayMs
      ? [`the last request is of ${last}, after tomorrow: ${hint}`]
      : []),
  ];
}

function takenFor({ clocks, respelled, errorNumbers }: LogReading): string[] {
  return [
    ...(clocks.length === 0 ? [] : [`times are ${clocks.map((clock) => clockNames[clock]).join(' and ')} since 1970`]),
    ...(respelled === 0
      ? []
      : [`${countOf(respelled, 'record')} with ids or units like 101.0 or " 101" are read as 101`]),
    ...(errorNumbers === undefined ? [] : [`numbers in the place of an error are ${errorNames[errorNumbers]}`]),
  ];
}
