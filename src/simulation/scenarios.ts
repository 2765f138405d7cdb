import type { Role } from '../domain/role.ts';
import { outcomeFieldsOf } from '../metrics/table/judged-table.ts';
import { type Database, quoteIdentifier } from '../database/database.ts';
import { takenFrom, withoutOutcome } from './outcome-roles.ts';
import type { PlantedEffect } from './plant-effect.ts';
import { current } from '../metrics/table/planting.ts';
import type { WantedValues } from '../requests/values/wanted-values.ts';

/**
 * The ways in which a request can happen in a simulation. A scenario is a way round (which version's outcome is whose) together with
 * a planted change of the answer, or none; every metric is computed once per request and scenario by its own SQL, and a run
 * only picks one scenario for each request.
 */
export interface Scenarios {
  /** `paired`: each request has both versions' outcomes, and the two may be swapped; `served`: each has one, of whoever serves. */
  readonly comparison: 'paired' | 'served';
  /** Ways round: as recorded and swapped, or served by the baseline and by the candidate. */
  readonly ways: 2;
  /** Planted changes of single answers, in the order in which they are tried. */
  readonly changes: readonly PlantedEffect[];
}

/** The number of a scenario. */
export function scenarioOf({ changes }: Scenarios, way: 0 | 1, change: number): number {
  return way * (changes.length + 1) + change;
}

/** How many scenarios there are. */
export function scenarioCount({ changes }: Scenarios): number {
  return 2 * (changes.length + 1);
}

/**
 * The table `planting_ground`: the candidate that does not differ, every way round that it may be in, on which effects are sized.
 * Of pairs it is both outcomes of each request, of a split log whatever the request's one outcome is.
 */
export async function createPlantingGround(
  db: Database,
  comparison: Scenarios['comparison'],
  wantedValues: WantedValues,
) {
  const ways = comparison === 'paired' ? ([0, 1] as const) : ([1] as const);
  const selects = ways.map((way) => `SELECT ${wayRound(comparison, way, wantedValues)} FROM population`);
  await db.run(`CREATE OR REPLACE TABLE planting_ground AS ${selects.join(' UNION ALL ')}`);
  return { db, name: 'planting_ground' };
}

/** Makes the table `scenarios`: every request in every scenario, with the columns of a judged request and `scenario`. */
export async function createScenarios(
  db: Database,
  scenarios: Scenarios,
  everywhere: readonly PlantedEffect[],
  wantedValues: WantedValues,
): Promise<void> {
  const selects: string[] = [];
  for (const way of [0, 1] as const) {
    // A baseline that serves is as it was: what is planted is planted into the candidate.
    const isCandidate = scenarios.comparison === 'paired' || way === 1;
    const oriented = `SELECT ${wayRound(scenarios.comparison, way, wantedValues)} FROM population`;
    const changed = isCandidate
      ? everywhere.reduce((from, effect) => withChange(from, effect, wantedValues), oriented)
      : oriented;
    selects.push(`SELECT ${scenarioOf(scenarios, way, 0)} AS scenario, * FROM (${changed})`);
    for (const [index, effect] of scenarios.changes.entries()) {
      const scenario = scenarioOf(scenarios, way, index + 1);
      selects.push(
        `SELECT ${scenario} AS scenario, * FROM (${isCandidate ? withChange(changed, effect, wantedValues) : changed})`,
      );
    }
  }
  await db.run(`CREATE OR REPLACE TABLE scenarios AS ${selects.join(' UNION ALL ')}`);
}

/** A request with its outcomes the way round that is asked for. */
function wayRound(comparison: Scenarios['comparison'], way: 0 | 1, wantedValues: WantedValues): string {
  const fields = outcomeFieldsOf(wantedValues);
  if (comparison === 'paired') {
    if (way === 0) return '*';
    return `* REPLACE (${[...takenFrom('baseline', 'candidate', fields), ...takenFrom('candidate', 'baseline', fields)].join(', ')})`;
  }
  const [server, other]: [Role, Role] = way === 0 ? ['baseline', 'candidate'] : ['candidate', 'baseline'];
  const served = fields.map(
    (field) =>
      `CASE WHEN baseline_present THEN ${quoteIdentifier(`baseline_${field}`)} ELSE ${quoteIdentifier(`candidate_${field}`)} END AS ${quoteIdentifier(`${server}_${field}`)}`,
  );
  return `* REPLACE (${[...served, ...withoutOutcome(other, fields)].join(', ')})`;
}

function withChange(from: string, { change }: PlantedEffect, wantedValues: WantedValues): string {
  const fields = outcomeFieldsOf(wantedValues);
  const replaced = change.replaced
    .filter(([column]) => column.startsWith('kpi:') || fields.includes(column))
    .map(([column, sql]) => `${sql} AS ${current(column)}`);
  return replaced.length === 0 ? from : `SELECT * REPLACE (${replaced.join(', ')}) FROM (${from})`;
}

/** The SQL condition under which each change may be made, the other way round included. */
export function eligibleSql({ changes }: Scenarios): string[] {
  return changes.map(({ change }, index) => `(${change.eligible ?? 'true'})::INTEGER AS eligible${index}`);
}
