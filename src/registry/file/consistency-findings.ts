import semver from 'semver';
import { didYouMean } from '../../domain/did-you-mean.ts';
import { countOf } from '../../domain/format-number.ts';
import type { Artifact, ModelRegistry, OutputSignature } from '../../domain/registry.ts';
import { type Finding, placeText } from './findings.ts';
import { endpointFindings } from './endpoint-findings.ts';
import { firstBrokenLink } from './hash-chain.ts';
import { pointerTo } from '../../documents/json-pointer.ts';
import { sumsToOne, trafficSum } from './traffic.ts';

/** What contradicts itself in a registry that the schema allows. */
export function consistencyFindings(registry: ModelRegistry): Finding[] {
  return [
    ...versionFindings(registry),
    ...referenceFindings(registry),
    ...trafficFindings(registry),
    ...historyFindings(registry),
    ...rolloutFindings(registry),
  ];
}

function versionFindings({ versions }: ModelRegistry): Finding[] {
  return Object.entries(versions).flatMap(([version, { artifact, signature }]) => {
    const pointer = pointerTo('/versions', version);
    const place = pointerTo(pointer, 'artifact');
    return [
      ...versionNumberFindings(pointer, version),
      ...pathFindings(place, artifact),
      ...endpointFindings(place, artifact),
      ...outputFindings(pointerTo(pointer, 'signature'), signature.output),
    ];
  });
}

function versionNumberFindings(pointer: string, version: string): Finding[] {
  // The library also reads `v1.2.3` and ` 1.2.3`, which would be second names of the same version.
  if (semver.valid(version) !== null && /^\d\S*$/u.test(version)) return [];
  const nearest = semver.coerce(version)?.version ?? '1.0.0';
  const message = `${JSON.stringify(version)} is not a semantic version number`;
  return [{ pointer, at: 'key', rule: 'version-number', message, hint: `write MAJOR.MINOR.PATCH, such as ${nearest}` }];
}

/** One number can be the probability of one of two labels only. */
function outputFindings(parent: string, output: OutputSignature): Finding[] {
  if (output.kind !== 'classification' || output.activation !== 'sigmoid' || output.labels.length === 2) return [];
  const pointer = pointerTo(pointerTo(parent, 'output'), 'activation');
  return [
    {
      pointer,
      rule: 'sigmoid-labels',
      message: `${placeText(pointer)} is sigmoid, which gives one probability, but there are ${countOf(output.labels.length, 'label')}`,
      hint: 'write two labels, of which the probability is for the second, or leave activation out if there is a number for each label',
    },
  ];
}

/** An artifact is inside the registry's folder; where links lead is seen when it is opened. */
function pathFindings(parent: string, { path }: Artifact): Finding[] {
  if (path === undefined) return [];
  const steps = path.split(/[\\/]/u);
  const isAbsolute = steps[0] === '' || /^[a-z]:/iu.test(path);
  if (!isAbsolute && !steps.includes('..')) return [];
  const pointer = pointerTo(parent, 'path');
  return [
    {
      pointer,
      rule: 'artifact-path',
      message: `${placeText(pointer)} ${isAbsolute ? 'is absolute' : "leaves the registry's folder"}: ${path}`,
      hint: "move the artifact into the registry's folder and write its path from there, such as models/NAME/VERSION",
    },
  ];
}

function referenceFindings({ versions, aliases, traffic, rollouts }: ModelRegistry): Finding[] {
  const named: readonly (readonly [pointer: string, version: string])[] = [
    ...Object.entries(aliases).map(([alias, version]) => [pointerTo('/aliases', alias), version] as const),
    ...Object.keys(traffic).map((version) => [pointerTo('/traffic', version), version] as const),
    ...Object.entries(rollouts).flatMap(([name, record]) =>
      (['baseline', 'candidate'] as const).map(
        (role) => [pointerTo(pointerTo('/rollouts', name), role), record[role]] as const,
      ),
    ),
  ];
  return named
    .filter(([, version]) => !Object.hasOwn(versions, version))
    .map(([pointer, version]) => ({
      pointer,
      at: pointer.startsWith('/traffic') ? 'key' : 'value',
      rule: 'unknown-version',
      message: `${placeText(pointer)} names version ${version}, which is not under versions`,
      hint: didYouMean(version, Object.keys(versions)),
    }));
}

function trafficFindings({ traffic }: ModelRegistry): Finding[] {
  if (sumsToOne(traffic)) return [];
  return [
    {
      pointer: '/traffic',
      at: 'key',
      rule: 'traffic-sum',
      message: `traffic sums to ${trafficSum(traffic)}, not to 1`,
      hint: 'give the versions shares that sum to 1, such as 0.95 and 0.05',
    },
  ];
}

const restore = 'restore the file from version control: history only grows, and only canary writes it';

function historyFindings({ history, revision }: ModelRegistry): Finding[] {
  if (history.length !== revision) {
    const entries = history.length === 1 ? '1 entry' : `${history.length} entries`;
    const message = `revision is ${revision}, but history has ${entries}, one for each revision`;
    return [{ pointer: '/revision', rule: 'revision', message, hint: restore }];
  }
  const misplaced = history.findIndex((entry, index) => entry.revision !== index + 1);
  if (misplaced !== -1) {
    const pointer = pointerTo(pointerTo('/history', misplaced), 'revision');
    const message = `${placeText(pointer)} is ${history[misplaced]?.revision}, not ${misplaced + 1}`;
    return [{ pointer, rule: 'revision', message, hint: restore }];
  }
  const broken = firstBrokenLink(history);
  if (broken === undefined) return [];
  const pointer = pointerTo(pointerTo('/history', broken), 'previous');
  const message =
    broken === 0
      ? 'the first history entry does not carry the hash of the empty string, so entries before it are missing'
      : `history entry ${broken + 1} does not carry the hash of entry ${broken}, so one of the two was changed`;
  return [{ pointer, rule: 'history-chain', message, hint: restore }];
}

function rolloutFindings({ rollouts, history }: ModelRegistry): Finding[] {
  return Object.keys(rollouts)
    .filter((name) => !history.some(({ rollout }) => rollout === name))
    .map((name) => ({
      pointer: pointerTo('/rollouts', name),
      at: 'key',
      rule: 'rollout-without-history',
      message: `history has no entry for the rollout ${name}`,
      hint: 'write "rollouts": {} in a file that starts at revision 0; canary adds them',
    }));
}
