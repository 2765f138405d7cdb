import semver from 'semver';
import { formatShare } from '../../domain/format-number.ts';
import { rolloutRecord, wasPersonal } from '../file/rollout-state.ts';
import type { HistoryEntry, ModelRegistry, VersionStatus } from '../../domain/registry.ts';

/** The kinds of change of Keep a Changelog that happen to a version, in the order in which they are told. */
const kinds = ['Removed', 'Changed', 'Added'] as const;
type Kind = (typeof kinds)[number];

const kindOf: Readonly<Partial<Record<HistoryEntry['action'], Kind>>> = {
  add: 'Added',
  enter: 'Changed',
  complete: 'Changed',
  'step-down': 'Changed',
  approve: 'Changed',
  look: 'Changed',
  rollback: 'Removed',
};

/**
 * A model's changelog in the form of Keep a Changelog (https://keepachangelog.com): every version that something happened
 * to, the highest first, and of each what happened, the latest first. A version that was taken out of traffic is marked
 * as yanked. Made from the registry alone, so that it can be made again.
 */
export function changelogText(registry: ModelRegistry): string {
  const told = registry.history.filter(({ action }) => kindOf[action] !== undefined);
  const versions = [...new Set(told.map(({ version }) => version))].toSorted((left, right) =>
    semver.compareBuild(right, left),
  );
  const sections = versions.map((version) => {
    const ofVersion = told.filter((entry) => entry.version === version);
    return versionSection(registry, ofVersion, version);
  });
  return `${[preamble(registry.model), ...sections].join('\n\n')}\n`;
}

function preamble(model: string): string {
  return `# Changelog of ${plain(model)}

What happened to each version in production. The format is [Keep a Changelog](https://keepachangelog.com/en/1.1.0/).
canary writes this file from the history in \`${model}.json\` at every change, which overwrites any edits.`;
}

function versionSection(registry: ModelRegistry, entries: readonly HistoryEntry[], version: string): string {
  const blocks = kinds.flatMap((kind) => {
    const lines = entries.filter(({ action }) => kindOf[action] === kind).toReversed();
    if (lines.length === 0) return [];
    return [`### ${kind}\n\n${lines.map((entry) => `- ${line(registry, entry)}`).join('\n')}`];
  });
  return [`## [${version}] - ${standing(entries, registry.versions[version]?.status)}`, ...blocks].join('\n\n');
}

/** When the version was released to everybody, or taken back. */
function standing(entries: readonly HistoryEntry[], status: VersionStatus | undefined): string {
  const last = entries.findLast(({ action }) => action === 'complete' || action === 'rollback' || action === 'enter');
  // The first version of a model serves everybody from the day on which it was added.
  if (last === undefined && status === 'stable' && entries[0] !== undefined) return dayOf(entries[0]);
  if (last === undefined || last.action === 'enter') return 'Unreleased';
  return last.action === 'complete' ? dayOf(last) : `${dayOf(last)} [YANKED]`;
}

function line(registry: ModelRegistry, entry: HistoryEntry): string {
  const { rollout, revision } = entry;
  const place = [rollout === undefined ? '' : `rollout ${plain(rollout)}, `, `revision ${revision}`].join('');
  return `${dayOf(entry)}: ${whatHappened(registry, entry)}${whoDecided(registry, entry)} (${place})`;
}

function whatHappened(registry: ModelRegistry, entry: HistoryEntry): string {
  const { action, version, stage = '', weight } = entry;
  const record = rolloutRecord(registry, entry.rollout);
  const share = weight === undefined ? '' : ` with ${formatShare(weight)} of the traffic`;
  switch (action) {
    case 'add':
      return `added to the registry. ${plain(registry.versions[version]?.description ?? '')}`.trimEnd();
    case 'enter':
      return `entered stage ${plain(stage)}${share}.`;
    case 'complete':
      return `entered stage ${plain(stage)} and is stable: all traffic.`;
    case 'step-down':
      return `stepped down to stage ${plain(stage)}${share}.`;
    case 'approve':
      return `approved for stage ${plain(stage)}.`;
    case 'rollback':
      return `taken out of traffic${stage === '' ? '' : ` in stage ${plain(stage)}`}; ${entry.to ?? record?.baseline ?? 'the version before'} serves.`;
    default: {
      const look = record?.looks.findLast(({ stage: looked, at }) => looked === stage && at === entry.at);
      return `looked at stage ${plain(stage)}${look === undefined ? '' : `: ${look.verdict}`}; nothing moved.`;
    }
  }
}

function whoDecided(registry: ModelRegistry, entry: HistoryEntry): string {
  const { by, reason, override } = entry;
  if (!wasPersonal(registry, entry) || (by === undefined && reason === undefined)) return '';
  const evidence =
    override === undefined
      ? ''
      : override.against === undefined
        ? ', without evidence'
        : `, ${override.against === override.decision ? 'in line with' : 'against'} the verdict ${override.against}`;
  const who = by === undefined ? 'Reason' : `Decided by ${plain(by)}${evidence}`;
  return reason === undefined ? ` ${who}.` : ` ${who}: ${plain(reason)}`;
}

function dayOf({ at }: HistoryEntry): string {
  return at.slice(0, 10);
}

/** Text that stays on its line and that Markdown takes as it is. */
function plain(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .replaceAll(/[\\`*_[\]<>]/gu, String.raw`\$&`);
}
