import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readTextFile } from '../../files/read-file.ts';
import { type Role, roles } from '../../domain/role.ts';
import { artifactBytes, resolveArtifact } from '../../models/artifact.ts';
import type { LogFacts, PlanFacts } from '../../plan/lint/plan-facts.ts';
import { parsePlan } from '../../plan/parse-plan.ts';
import { type Database } from '../../database/database.ts';
import type { RequestTotals } from '../../requests/table/request-totals.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { dimensionColumn } from '../../metrics/table/slice.ts';

/** What the rules may know of artifacts and other plans. What cannot be read is left out: whoever needs it tells of it. */
export async function surroundings(
  cwd: string,
  rollout: Rollout,
): Promise<Pick<PlanFacts, 'artifactBytes' | 'otherSalts' | 'otherPreprocessing'>> {
  const sizes: Partial<Record<Role, number>> = {};
  const codes: (string | undefined)[] = [];
  for (const role of roles) {
    const { path } = rollout[role].entry.artifact;
    if (path === undefined) continue;
    const bytes = await resolveArtifact(rollout.registryFolder, path)
      .then(artifactBytes)
      .catch(() => undefined);
    if (bytes !== undefined) sizes[role] = bytes;
    codes.push(await preprocessing(join(rollout.registryFolder, path)));
  }
  const otherPreprocessing = codes.length === roles.length && codes[0] !== codes[1];
  return { artifactBytes: sizes, otherSalts: await otherSalts(cwd, rollout), otherPreprocessing };
}

/** The code that makes a version's features; undefined where its model takes inputs as they are. */
async function preprocessing(artifact: string): Promise<string | undefined> {
  return await readTextFile(join(artifact, 'preprocess.mjs')).catch(() => undefined);
}

/** Salts of the plans of the same model in the plan's folder. */
async function otherSalts(cwd: string, { file, plan }: Rollout): Promise<ReadonlyMap<string, string>> {
  const folder = dirname(resolve(cwd, file));
  const salts = new Map<string, string>();
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => /\.ya?ml$/u.test(each)).toSorted()) {
    const path = join(folder, name);
    if (path === resolve(cwd, file)) continue;
    const text = await readTextFile(path).catch(() => '');
    const other = saltOf(name, text);
    if (other?.model === plan.model && other.name !== plan.name) salts.set(other.name, other.assignment.salt);
  }
  return salts;
}

/** A file that is not a plan, or one that extends another, says nothing here. */
function saltOf(name: string, text: string) {
  if (!text.includes('RolloutPlan') || /^extends:/mu.test(text)) return undefined;
  const parsed = parsePlan({ path: name, text, readBase: noBase });
  return parsed.ok ? parsed.plan : undefined;
}

function noBase(): never {
  throw new RangeError('a plan that extends another cannot be read here');
}

/** What the table `requests` holds. */
export async function logFacts(
  db: Database,
  { plan }: Pick<Rollout, 'plan'>,
  log: Pick<RequestTotals, 'accepted' | 'span'>,
): Promise<LogFacts> {
  const segments = new Map<string, ReadonlyMap<string, number>>();
  for (const dimension of Object.keys(plan.requests.segments)) {
    segments.set(dimension, await countsBy(db, dimensionColumn(dimension)));
  }
  const hours = await countsBy(db, 'hour("at")::VARCHAR');
  const { first, last } = log.span;
  const [sizes = {}] = await db.rows(
    'SELECT count(*) AS units, max(requests) AS largest FROM (SELECT count(*) AS requests FROM requests GROUP BY unit)',
  );
  return {
    requests: log.accepted,
    units: Number(sizes['units']),
    largestUnit: Number(sizes['largest']) / Math.max(1, log.accepted),
    spanMs: first === null || last === null ? 0 : Date.parse(last) - Date.parse(first),
    hours: new Map([...hours].map(([hour, count]) => [Number(hour), count])),
    segments,
  };
}

async function countsBy(db: Database, expression: string): Promise<ReadonlyMap<string, number>> {
  const rows = await db.columns(
    `SELECT ${expression} AS value, count(*)::DOUBLE AS requests FROM requests WHERE ${expression} IS NOT NULL
     GROUP BY value ORDER BY requests DESC, value`,
  );
  const counts = rows.numbers('requests');
  return new Map(rows.strings('value').map((value, row) => [value ?? '', counts[row] ?? 0]));
}
