import type { MeasuredDrift, MeasuredFeature } from '../../domain/drift.ts';
import { guardedMetrics } from '../../domain/judged.ts';
import type { Drift, RolloutPlan } from '../../domain/plan.ts';
import { freeKindOf } from '../../domain/scores/free-answer.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import { type Role, roles } from '../../domain/role.ts';
import { type FeatureSource, measureFeature } from '../../metrics/drift/drift-feature.ts';
import type { JudgedTable } from '../../metrics/table/judged-table.ts';
import { measureQuality } from '../../metrics/drift/quality-drift.ts';
import { type Database, quoteIdentifier } from '../../database/database.ts';
import { type DriftRecords, featureColumn, readDriftRecords } from '../../requests/drift-records.ts';
import { hasMoved, qualityMoved, unitHint } from '../../verdict/checks/drift.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { valueReadingOf } from '../rollout/stage-requests.ts';

/** What is known of drift before any version has answered. */
export interface InputDrift {
  readonly records: DriftRecords;
  readonly features: readonly MeasuredFeature[];
}

/** Compares the fields and labels of a stage's requests with the reference's; undefined where the plan names none. */
export async function readInputDrift(
  db: Database,
  rollout: Pick<Rollout, 'plan' | 'folder' | 'baseline' | 'candidate'>,
): Promise<InputDrift | undefined> {
  const { plan, folder, candidate } = rollout;
  if (plan.drift === undefined) return undefined;
  const { source: files, from, to } = plan.requests;
  const { reference, features } = plan.drift;
  const records = await readDriftRecords(db, {
    folder,
    fields: plan.requests.fields,
    values: valueReadingOf(rollout),
    where: plan.requests.where,
    features,
    // What users did is an outcome; that it moves is what its guardrail is about.
    notFeatures: guardedMetrics(plan).flatMap((metric) => (metric.family === 'kpi' ? [metric.field] : [])),
    reference:
      reference.kind === 'files' ? { files: reference.source } : { files, from: reference.from, to: reference.to },
    current: { files, from, to },
  });
  const sources: FeatureSource[] = [
    ...records.features.map((name): FeatureSource => ({ name, about: 'input', sql: valuesOf(featureColumn(name)) })),
    {
      name: 'label',
      about: 'label',
      sql: `${valuesOf('label')} WHERE label IS NOT NULL`,
      kind: kindOf(candidate.entry.signature.output),
    },
  ];
  const measured = await measureAll(db, sources);
  await db.run('DROP TABLE drift_records');
  return { records, features: measured };
}

/** Adds what the versions' answers tell, says what moved, and puts first what moved most. */
export async function completeDrift(
  table: JudgedTable,
  { drift }: Pick<RolloutPlan, 'drift'>,
  output: OutputSignature,
  input: InputDrift | undefined,
  plannedUnits: number,
): Promise<MeasuredDrift | undefined> {
  if (drift === undefined || input === undefined) return undefined;
  // Free answers are no categories: nearly each is one of its own.
  const told = freeKindOf(output) === undefined ? [predictionsOf(table)] : [];
  const predictions = await measureAll(
    table.db,
    told.map((sql) => ({ name: 'prediction', about: 'prediction', sql, kind: kindOf(output) })),
  );
  const measured = [...input.features, ...predictions];
  const alphaEach = drift.alpha / (measured.length + 1);
  const metric = output.kind === 'regression' ? 'mae' : 'accuracy';
  const quality =
    freeKindOf(output) === undefined
      ? await measureQuality(table, metric, { alpha: alphaEach, plannedUnits })
      : undefined;
  return {
    reference: input.records.reference,
    current: input.records.current,
    alphaEach,
    features: ranked(measured, drift, alphaEach),
    ...(quality === undefined ? {} : { quality: { ...quality, moved: qualityMoved(quality, drift.thresholds) } }),
  };
}

function ranked(measured: readonly MeasuredFeature[], { thresholds }: Drift, alphaEach: number) {
  return measured
    .map((feature) => {
      const moved = hasMoved(feature, thresholds, alphaEach);
      const hint = moved ? unitHint(feature) : undefined;
      return { ...feature, moved, ...(hint === undefined ? {} : { hint }) };
    })
    .toSorted((a, b) => Number(b.moved) - Number(a.moved) || b.psi - a.psi);
}

async function measureAll(db: Database, sources: readonly FeatureSource[]): Promise<readonly MeasuredFeature[]> {
  const measured: MeasuredFeature[] = [];
  for (const source of sources) {
    const feature = await measureFeature(db, source);
    if (feature !== undefined) measured.push(feature);
  }
  return measured;
}

function valuesOf(column: string): string {
  return `SELECT is_current, unit, ${quoteIdentifier(column)} AS value FROM drift_records`;
}

function answer(role: Role): string {
  return `coalesce(${role}_label, ${role}_value::VARCHAR)`;
}

/** The baseline's answers stand for the reference, the candidate's for now; the requests are the same. */
function predictionsOf({ name }: JudgedTable): string {
  const both = `${answer('baseline')} IS NOT NULL AND ${answer('candidate')} IS NOT NULL`;
  return roles
    .map(
      (role) =>
        `SELECT ${role === 'candidate'} AS is_current, unit_index AS unit, ${answer(role)} AS value FROM ${name} WHERE ${both}`,
    )
    .join(' UNION ALL ');
}

/** Labels are categories, however many there are; the numbers of a regression are found out to be such. */
function kindOf(output: OutputSignature): FeatureSource['kind'] {
  return output.kind === 'classification' ? 'categorical' : undefined;
}
