import type { SemVer } from 'semver';
import type { InputSignature, ModelVersion, OutputSignature } from './registry.ts';
import { describeInput } from './describe-signature.ts';
import { canonicalJson } from './canonical-json.ts';

/** The sizes of a change, from the smallest, as semantic versions name them. */
export const changeSizes = ['PATCH', 'MINOR', 'MAJOR'] as const;
export type ChangeSize = (typeof changeSizes)[number];

/** How large a change is, and the clause that says why. */
export interface VersionChange {
  readonly size: ChangeSize;
  readonly because: string;
}

/**
 * What changed between two versions: another input or output schema or label set is MAJOR, a retrain MINOR, and a
 * re-export of the same data and code PATCH. Where a hash is missing nobody can tell a re-export from a retrain.
 */
export function changeBetween(baseline: ModelVersion, candidate: ModelVersion): VersionChange {
  const schema = schemaChange(baseline, candidate);
  if (schema !== undefined) return { size: 'MAJOR', because: schema };
  for (const hash of ['data_hash', 'code_hash'] as const) {
    if (baseline[hash] === undefined || candidate[hash] === undefined) {
      return { size: 'MINOR', because: `a ${hash} is missing, so it may be a retrain` };
    }
    if (baseline[hash] !== candidate[hash]) return { size: 'MINOR', because: `its ${hash} differs` };
  }
  return { size: 'PATCH', because: 'it has the same data and code' };
}

/** How large a step from one number to a higher one says that the change is. */
export function bumpBetween(before: SemVer, after: SemVer): ChangeSize {
  if (after.major !== before.major) return 'MAJOR';
  if (after.minor !== before.minor) return 'MINOR';
  // Steps between pre-releases of one version, and from them to the release, promise nothing about their size.
  return after.patch === before.patch ? 'MAJOR' : 'PATCH';
}

/** True when a step promises less than the change is. */
export function isSmaller(step: ChangeSize, change: ChangeSize): boolean {
  return changeSizes.indexOf(step) < changeSizes.indexOf(change);
}

/** How the labels of two classifications differ, as a clause about the candidate; undefined where nothing else than they may. */
export function onlyLabelsChange(baseline: ModelVersion, candidate: ModelVersion): string | undefined {
  const [before, after] = [baseline.signature, candidate.signature];
  if (before.output.kind !== 'classification' || after.output.kind !== 'classification') return undefined;
  return inputChange(before.input, after.input) === undefined
    ? labelChange(before.output.labels, after.output.labels)
    : undefined;
}

/** How the schemas of two versions differ, as a clause about the candidate; undefined where they agree. */
export function schemaChange(baseline: ModelVersion, candidate: ModelVersion): string | undefined {
  return (
    inputChange(baseline.signature.input, candidate.signature.input) ??
    outputChange(baseline.signature.output, candidate.signature.output)
  );
}

function inputChange(before: InputSignature | undefined, after: InputSignature | undefined): string | undefined {
  // A signature may leave its input out; what is not described cannot be said to have changed.
  if (before === undefined || after === undefined) return undefined;
  if (canonicalJson(before) === canonicalJson(after)) return undefined;
  return `its input is ${describeInput(after)}, not ${describeInput(before)}`;
}

function outputChange(before: OutputSignature, after: OutputSignature): string | undefined {
  if (before.kind === 'classification' && after.kind === 'classification') {
    return labelChange(before.labels, after.labels);
  }
  if (before.kind === 'regression' && after.kind === 'regression') {
    const isSame = before.unit === undefined || after.unit === undefined || before.unit === after.unit;
    return isSame ? undefined : `its output is in ${after.unit}, not ${before.unit}`;
  }
  return before.kind === after.kind ? undefined : `its output is a ${after.kind}, not a ${before.kind}`;
}

function labelChange(before: readonly string[], after: readonly string[]): string | undefined {
  const added = after.filter((label) => !before.includes(label));
  const removed = before.filter((label) => !after.includes(label));
  if (added.length === 0 && removed.length === 0) return undefined;
  const changes = [
    ...(added.length === 0 ? [] : [`has ${listed(added)} more`]),
    ...(removed.length === 0 ? [] : [`lacks ${listed(removed)}`]),
  ];
  return `its label set ${changes.join(' and ')}`;
}

function listed(labels: readonly string[]): string {
  const most = 3;
  const rest = labels.length - most;
  return rest > 0 ? `${labels.slice(0, most).join(', ')} and ${rest} others` : labels.join(', ');
}
