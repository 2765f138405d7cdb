import type { Load } from '../../domain/load.ts';
import { countOf } from '../../domain/format-number.ts';
import { judgedCohortOf } from '../../domain/judged.ts';
import type { Stage } from '../../domain/plan.ts';
import { loadOf } from '../../plan/read/replay.ts';
import { loadLatency, timeRequests } from '../../replay/timing/latency-store.ts';
import type { RequestIdentity } from '../../replay/store/outcome-key.ts';
import type { StoreSettings } from '../../replay/store/outcome-store.ts';
import type { TimedVersion } from '../../replay/timing/stopwatch.ts';
import { type Database, quoteLiteral } from '../../database/database.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';

/** Enough for the just-in-time compilers to be done with a model before it is timed. */
const warmUpRequests = 200;
/** A load test that takes longer than this is announced. */
const longSeconds = 60;

/** What timing needs besides the rollout. */
export interface LatencyRequest {
  readonly db: Database;
  readonly stage: Stage;
  readonly requests: RequestIdentity;
  readonly versions: { readonly baseline: TimedVersion | null; readonly candidate: TimedVersion };
  readonly store: StoreSettings;
}

/** Times the versions on a sample of the requests into `measured_latency`, or finds in the store what was timed before. */
export async function obtainLatency(world: World, rollout: Rollout, request: LatencyRequest): Promise<void> {
  const { db, requests, versions, store } = request;
  const { timeoutMs, seed } = rollout.plan.replay;
  const load = loadOf(rollout.plan.replay);
  await createLatencySample(db, rollout, request.stage, load);
  const { file } = await timeRequests(
    {
      db,
      table: 'requests',
      sampleTable: 'latency_sample',
      requests,
      ...versions,
      settings: {
        hostScript: world.modelHost,
        permissions: world.permissions,
        timeoutMs,
        warmUp: warmUpRequests,
        seed,
        load,
      },
      store,
      onProgress: ({ done, total }) => world.progress.report(workName(load), done, total),
      onOpenLoop: (seconds) => {
        if (seconds > longSeconds) world.note(longTest(seconds, load));
      },
    },
    world.signal,
  );
  await loadLatency(db, 'measured_latency', file);
}

function workName(load: Load): string {
  if (load.kind === 'one-by-one') return 'timing one by one';
  return load.kind === 'closed' ? `timing ${load.concurrency} at once` : 'timing at the rate';
}

function longTest(seconds: number, load: Load): string {
  const faster = load.kind === 'open' && load.rate === 'recorded' ? 'replay.speedup' : 'replay.latencyRequests';
  const [unit, length] = seconds < 7200 ? (['minute', 60] as const) : (['hour', 3600] as const);
  return `Timing at the plan's rate takes about ${countOf(Math.ceil(seconds / length), unit)}; ${faster} shortens it.`;
}

/**
 * Picks the requests that are timed: those of the judged cohort first, in an order that depends on the seed and the
 * request's id alone, so that a longer log keeps most of the sample. At the log's own times it is the judged cohort's
 * busiest stretch instead, since a queue is made by requests that follow each other.
 */
async function createLatencySample(db: Database, { plan }: Rollout, stage: Stage, load: Load): Promise<void> {
  const { seed, latencyRequests, pairs } = plan.replay;
  const judged = judgedCohortOf(plan, stage, 'paired') === 'canary' ? `bucket < ${stage.weight}::DOUBLE` : undefined;
  const sampled =
    load.kind === 'open' && load.rate === 'recorded'
      ? `WITH ordered AS (
           SELECT seq, unit, requests.at AS came, row_number() OVER (ORDER BY requests.at, seq) AS place FROM requests JOIN units USING (unit)
           WHERE ${judged ?? 'true'}),
         size AS (SELECT least(${latencyRequests}, count(*)) AS n FROM ordered),
         stretch AS (
           SELECT opening.place AS start FROM ordered opening, size, ordered ending WHERE ending.place = opening.place + n - 1
           ORDER BY ending.came - opening.came, opening.place LIMIT 1)
         SELECT seq, unit, place FROM ordered, stretch, size WHERE place BETWEEN start AND start + n - 1`
      : `SELECT seq, unit, seq AS place FROM requests JOIN units USING (unit)
         ORDER BY ${judged === undefined ? '' : `${judged} DESC,`} md5(${quoteLiteral(`${seed}:`)} || id), seq LIMIT ${latencyRequests}`;
  await db.run(
    `CREATE OR REPLACE TABLE latency_sample AS WITH sampled AS (${sampled}) ${
      load.kind === 'one-by-one'
        ? byUser(pairs)
        : `SELECT seq, ntile(${pairs}) OVER (ORDER BY place) - 1 AS pair FROM sampled`
    }`,
  );
}

/**
 * Deals the users of a sample out to the pairs, the heaviest first and back and forth, so that pairs have about as many requests and no user
 * in common: what they differ by is then all that a measurement can differ by.
 */
function byUser(pairs: number): string {
  return `, dealt AS (SELECT unit, row_number() OVER (ORDER BY count(*) DESC, unit) - 1 AS place FROM sampled GROUP BY unit)
    SELECT seq, CASE WHEN dealt.place // ${pairs} % 2 = 0 THEN dealt.place % ${pairs} ELSE ${pairs - 1} - dealt.place % ${pairs} END AS pair
    FROM sampled JOIN dealt USING (unit)`;
}
