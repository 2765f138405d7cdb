import { logFormatTraits } from '../../domain/log/log-format.ts';
import type { TakenFromLog } from '../../report/commands/init-text.ts';
import { type FieldRole, fieldRoles, roleWords } from './field-names.ts';
import type { FoundInLog } from './look-at-log.ts';

/** What a person is shown only where it was found, behind all else. */
const shownIfFound = ['score', 'outcomes', 'input'] as const satisfies readonly FieldRole[];
const alwaysShown = fieldRoles.filter((role) => !shownIfFound.some((other) => other === role));

/** What was taken from a log, for a person to look at. */
export function takenFromLog(log: string, { sample, fields, versions, answers }: FoundInLog): TakenFromLog {
  const { found } = fields;
  const isCanary = sample.format === 'canary';
  const roles = [...alwaysShown, ...shownIfFound.filter((role) => found[role] !== undefined)];
  // What the versions did stands below each of their names, or where the format has it.
  const ofOutcome: ReadonlySet<FieldRole> = new Set(['servedBy', 'latency', 'error', 'prediction']);
  const shown = roles.filter(
    (role) => found[role] !== undefined || (isCanary && !(found.outcomes !== undefined && ofOutcome.has(role))),
  );
  const rows = shown.map((role) => {
    const field = found[role];
    const latency = field?.latency;
    const path =
      latency === undefined || typeof latency === 'string'
        ? field?.path
        : 'unit' in latency
          ? `${latency.path} (${latency.unit})`
          : `${latency.from} to ${latency.to}`;
    return {
      what: roleWords[role],
      ...(path === undefined ? {} : { path }),
      // One time says how times are written.
      examples: (field?.examples ?? []).slice(0, role === 'timestamp' ? 1 : 3),
      isGuess: field?.sure === false,
    };
  });
  const { output } = answers;
  return {
    log,
    files: sample.files.length,
    records: sample.survey.records,
    ...(isCanary ? {} : { title: logFormatTraits[sample.format].title }),
    rows,
    versions: versions === undefined ? [] : Object.entries(versions).map(([role, each]) => ({ role, ...each })),
    labels: output?.kind === 'classification' ? output.labels : [],
    strangeTruths: answers.strangeTruths,
    segments: Object.values(fields.segments),
  };
}
