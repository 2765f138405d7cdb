import { formatQuantity } from '../../domain/format-number.ts';
import { type LatencyUnit, latencyUnits } from '../../domain/log/latency-field.ts';
import type { Database } from '../../database/database.ts';
import type { Role } from '../../domain/role.ts';
import { latencyUnitOf, type ReadOptions } from '../values/read-options.ts';

/**
 * How many times as long as another's a version's latencies may be before the unit explains it better than the version: units are 1,000
 * apart, and what is 5 times slower or faster on top of that is still nearer to it than to a change of 200.
 */
const mostFold = 200;
/** In ms: where most are 0, what is beside such times was not measured, or counted in whole units of more. */
const longBesideNone = 10;
/** A file with fewer latencies tells nothing of its unit. */
const leastOfFile = 20;
const usualMs = 50;

/** What the latencies of a version, or of a file of them, are like. */
interface Scale {
  readonly latencies: number;
  readonly zeros: number;
  /** Sum of the natural logarithms of the others in ms. */
  readonly logs: number;
}

interface FileScale extends Scale {
  /** Its index. */
  readonly file: number;
}

/** How long a version's requests took, by file. Needs one pass and no memory, which a median would. */
export async function latencyScales(db: Database, role: Role): Promise<readonly FileScale[]> {
  const column = `${role}_latency_ns`;
  const rows =
    await db.columns(`SELECT file, count(*)::DOUBLE AS latencies, (count(*) FILTER (WHERE ${column} = 0))::DOUBLE AS zeros,
    coalesce(sum(CASE WHEN ${column} > 0 THEN ln(${column} / 1e6) END), 0) AS logs
    FROM requests WHERE ${column} >= 0 GROUP BY file ORDER BY file`);
  const [latencies, zeros, logs] = ['latencies', 'zeros', 'logs'].map((name) => rows.numbers(name));
  return [...rows.numbers('file')].map((file, row) => ({
    file,
    latencies: latencies?.[row] ?? 0,
    zeros: zeros?.[row] ?? 0,
    logs: logs?.[row] ?? 0,
  }));
}

/** The geometric mean in ms, which a few long times do not move; 0 where most are 0. */
function typicalMs({ latencies, zeros, logs }: Scale): number {
  return 2 * zeros > latencies ? 0 : Math.exp(logs / (latencies - zeros));
}

/**
 * Why one version's files cannot be in one unit; undefined where they can, and where the plan states the unit of each version.
 * @param paths of the files, by their index.
 */
export function mixedFiles(
  version: string,
  scales: readonly FileScale[],
  paths: readonly string[],
  options: ReadOptions,
): string | undefined {
  const known = scales
    .filter(({ latencies }) => latencies >= leastOfFile)
    .toSorted((left, right) => typicalMs(left) - typicalMs(right));
  const [least, most] = [known[0], known.at(-1)];
  if (options.latencyUnit !== undefined || least === undefined || most === undefined || !areApart(least, most))
    return undefined;
  return `${version}: its latencies are typically ${typically(most)} in ${paths[most.file]} and ${typically(least)} in ${paths[least.file]}, which no real change explains; write both files in one unit, or latencyUnit: { baseline: ms, candidate: ms } if that is right`;
}

/** Why the two versions cannot be timed in one unit; undefined where they can, and where the plan states the unit of each version. */
export function otherUnits(
  scales: Readonly<Partial<Record<Role, readonly FileScale[]>>>,
  options: ReadOptions,
): string | undefined {
  const [baseline, candidate] = [inAll(scales.baseline), inAll(scales.candidate)];
  const { recorded, latencyUnit } = options;
  if (latencyUnit !== undefined || baseline === undefined || candidate === undefined || !areApart(baseline, candidate))
    return undefined;
  const read = latencyUnitOf(options, 'baseline');
  const found = `${recorded.baseline} and ${recorded.candidate}: read as ${read}, their latencies are typically ${typically(baseline)} and ${typically(candidate)}`;
  const sure = `latencyUnit: { baseline: ${read}, candidate: ${read} }`;
  const [ofBaseline, ofCandidate] = [typicalMs(baseline), typicalMs(candidate)];
  if (ofBaseline === 0 || ofCandidate === 0) {
    const none = recorded[ofBaseline === 0 ? 'baseline' : 'candidate'];
    return `${found}: ${none} was not timed, or only in whole numbers of another unit; write its latencies in full, or ${sure} if that is right`;
  }
  const meant = likelyUnits(ofBaseline / latencyUnits[read], ofCandidate / latencyUnits[read]);
  const others = (['baseline', 'candidate'] as const)
    .filter((role) => meant[role] !== read)
    .map((role) => `${recorded[role]} seems to be in ${meant[role]}`);
  return `${found}: ${others.join(' and ')}; write latencyUnit: { baseline: ${meant.baseline}, candidate: ${meant.candidate} }, or ${sure} if that is right`;
}

function inAll(scales: readonly FileScale[] = []): Scale | undefined {
  if (scales.length === 0) return undefined;
  return scales.reduce<Scale>(
    (all, { latencies, zeros, logs }) => ({
      latencies: all.latencies + latencies,
      zeros: all.zeros + zeros,
      logs: all.logs + logs,
    }),
    { latencies: 0, zeros: 0, logs: 0 },
  );
}

function areApart(one: Scale, other: Scale): boolean {
  const [less, more] = [typicalMs(one), typicalMs(other)].toSorted((left, right) => left - right);
  if (less === undefined || more === undefined) return false;
  return less === 0 ? more >= longBesideNone : more >= mostFold * less;
}

function typically(scale: Scale): string {
  const typical = typicalMs(scale);
  return typical === 0 ? '0 ms' : formatQuantity(typical, 'ms');
}

/** How many orders of magnitude a number in a unit is from the time that requests usually take. */
function orders(number: number, unit: LatencyUnit): number {
  return Math.log10((number * latencyUnits[unit]) / usualMs);
}

/** The units in which both numbers are nearly one time, of those the usual ones and the time that requests usually take. */
function likelyUnits(baseline: number, candidate: number): Readonly<Record<Role, LatencyUnit>> {
  const rare: Readonly<Record<LatencyUnit, number>> = { ms: 0, s: 0, us: 1, ns: 2 };
  const units = ['ms', 's', 'us', 'ns'] as const;
  const cost = (of: Readonly<Record<Role, LatencyUnit>>) => {
    const [left, right] = [orders(baseline, of.baseline), orders(candidate, of.candidate)];
    // Half of the way to the next unit is 1.5 orders of magnitude; further apart they are no one time.
    const apart = Math.abs(left - right) > 1.5 ? 10 * Math.abs(left - right) : 0;
    return apart + Math.abs(left) + Math.abs(right) + rare[of.baseline] + rare[of.candidate];
  };
  const both = units.flatMap((unit) => units.map((other) => ({ baseline: unit, candidate: other })));
  return both.reduce((best, each) => (cost(each) < cost(best) ? each : best));
}
