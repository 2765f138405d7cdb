import type { PlanDraft } from './plan-draft.ts';
import type { FoundInLog } from './look-at-log.ts';
import type { NamedVersions } from './named-versions.ts';

/** What a plan says of the log that it reads, and what that log holds. */
interface DraftFromLog {
  readonly read: Pick<PlanDraft, 'format' | 'fields' | 'versions' | 'split' | 'isShort' | 'isLive' | 'okStatus'>;
  readonly holds: { readonly hasLabel: boolean; readonly hasErrors: boolean; readonly isLive: boolean };
}

/** @param registered versions of the registry, where there is one */
export function draftFromLog(
  { sample, fields, versions, answers }: FoundInLog,
  registered: Readonly<Record<string, unknown>> | undefined,
): DraftFromLog {
  const { servedBy, label, error } = fields.found;
  const served = versions === undefined ? undefined : namesOfVersions(versions, registered);
  const codes = sample.survey.fields.find(({ path }) => path === error?.path);
  return {
    read: {
      format: sample.format,
      fields,
      ...(served === undefined ? {} : { versions: served }),
      ...(answers.split === undefined ? {} : { split: answers.split, isShort: answers.isShort ?? false }),
      isLive: servedBy !== undefined,
      // OpenTelemetry's own status: 0 is not set, 1 is well, 2 is an error.
      ...(codes !== undefined && codes.path.endsWith('status.code') ? { okStatus: [1] } : {}),
    },
    holds: {
      hasLabel: label !== undefined || sample.format !== 'canary',
      // Records of one version each say that they failed in a field, or not at all.
      hasErrors: error !== undefined || servedBy === undefined || sample.format !== 'canary',
      isLive: servedBy !== undefined && answers.split !== undefined,
    },
  };
}

/** What the log calls the versions where that is not their number. */
function namesOfVersions(
  { baseline, candidate }: NamedVersions,
  registered: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, string>> | undefined {
  const both = candidate === undefined ? [baseline] : [baseline, candidate];
  if (both.every(({ name, version }) => name === version)) return undefined;
  if (registered !== undefined && both.every(({ name }) => Object.hasOwn(registered, name))) return undefined;
  return Object.fromEntries(both.map(({ name, version }) => [name, version]));
}
