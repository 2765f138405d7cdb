import { formatCount, formatShare } from '../../domain/format-number.ts';
import type { Artifact, HistoryEntry, ModelVersion, VersionStatus } from '../../domain/registry.ts';
import { pairsText } from '../evidence/change-text.ts';
import { commandText, endpointText, signatureText } from '../words/version-text.ts';
import { knownFields, page, paragraph, section, type Style } from '../words/style.ts';
import { printableName, printableSentence } from '../words/printable.ts';
import { type Column, table } from '../words/table.ts';

/** A model of the registry, as `registry list` shows it. */
export interface ModelOverview {
  readonly model: string;
  readonly revision: number;
  readonly aliases: Readonly<Record<string, string>>;
  readonly traffic: Readonly<Record<string, number>>;
  readonly versions: readonly {
    readonly version: string;
    readonly status: VersionStatus;
    /** Share of the live traffic, in [0, 1]. */
    readonly traffic: number;
    readonly createdAt?: string;
    readonly description?: string;
  }[];
}

/** One version, as `registry show` shows it. */
export interface VersionOverview {
  readonly model: string;
  readonly version: string;
  readonly entry: ModelVersion;
  readonly aliases: readonly string[];
  readonly traffic: number;
  readonly revision: number;
  readonly registryFile: string;
  readonly history: readonly HistoryEntry[];
}

/** What `registry add` did, or with `--dry-run` would do. */
export interface AddedVersion {
  readonly dryRun: boolean;
  readonly model: string;
  readonly version: string;
  readonly artifact: Artifact;
  /** How it differs from the stable version, which its number should tell; absent for a model's first. */
  readonly change?: { readonly from: string; readonly size: 'PATCH' | 'MINOR' | 'MAJOR'; readonly because: string };
  /** The registry's revision afterwards. */
  readonly revision: number;
  readonly registryFile?: string;
}

const columns: readonly Column[] = [
  { header: 'version', align: 'left', heading: true },
  { header: 'status', align: 'left' },
  { header: 'traffic', align: 'right' },
  { header: 'created', align: 'left', optional: true },
  { header: 'description', align: 'left', optional: true, shrinksTo: 16 },
];

/** Every model with its versions. */
export function registryListText(models: readonly ModelOverview[], style: Style): string {
  if (models.length === 0) return 'The registry has no models.\n';
  return page(
    models.map(({ model, revision, aliases, versions }) => {
      const title = `${printableName(model)}, revision ${formatCount(revision)}: ${pairsText(aliases) || 'no aliases'}`;
      const rows = versions.map(({ version, status, traffic, createdAt = '', description = '' }) => ({
        cells: [
          printableName(version),
          status,
          formatShare(traffic),
          printableName(createdAt.slice(0, 10)),
          printableSentence(description),
        ],
      }));
      return section(title, [table(columns, rows, style)], style);
    }),
  );
}

/** One version: where it stands, what it is made of, and what happened to it. */
export function registryShowText(shown: VersionOverview, style: Style): string {
  const { model, version, entry, aliases, traffic, revision, registryFile, history } = shown;
  const { status, createdAt, description, artifact, data_hash, code_hash, signature, metrics = {} } = entry;
  const pairs: readonly (readonly [string, string])[] = [
    ['status', aliases.length === 0 ? status : `${status}, alias ${aliases.map(printableName).join(', ')}`],
    ['traffic', formatShare(traffic)],
    ['created', printableName(createdAt ?? '')],
    ['description', printableSentence(description ?? '')],
    ['runtime', artifact.runtime],
    ['endpoint', endpointText(artifact)],
    ['command', commandText(artifact)],
    ['artifact', printableSentence(artifact.path ?? '')],
    ['sha256', artifact.sha256 ?? ''],
    ['data', printableSentence(data_hash ?? 'not recorded')],
    ['code', printableSentence(code_hash ?? 'not recorded')],
    ...signatureText(signature),
    [
      'metrics',
      Object.entries(metrics)
        .map(([name, value]) => `${printableName(name)} ${value}`)
        .join(', '),
    ],
    ['recorded', `revision ${formatCount(revision)} of ${printableSentence(registryFile)}`],
  ];
  const events = history.map(({ at, action, stage, rollout }) => {
    const where = [stage, rollout === undefined ? undefined : `(${rollout})`].filter((part) => part !== undefined);
    return paragraph(`${at.slice(0, 10)}  ${[action, ...where.map(printableSentence)].join(' ')}`, style, '  ');
  });
  return page([
    section(`${printableName(model)} ${printableName(version)}`, [knownFields(pairs, style)], style),
    section('History', events, style),
  ]);
}

/** The version that was added, and why it has that number. */
export function addedText(
  { dryRun, model, version, artifact, change, revision, registryFile }: AddedVersion,
  style: Style,
): string {
  const title = `${printableName(model)}: ${dryRun ? 'would add' : 'added'} ${printableName(version)}`;
  const pairs: readonly (readonly [string, string])[] = [
    ['endpoint', endpointText(artifact)],
    ['command', commandText(artifact)],
    ['artifact', printableSentence(artifact.path ?? artifact.runtime)],
    ['sha256', artifact.sha256 ?? ''],
    [
      'change',
      change === undefined
        ? 'the first version: stable'
        : `${change.size} from ${printableName(change.from)}: ${printableSentence(change.because)}`,
    ],
    [
      'recorded',
      registryFile === undefined ? '' : `revision ${formatCount(revision)} of ${printableSentence(registryFile)}`,
    ],
  ];
  return page([section(title, [knownFields(pairs, style)], style)]);
}
