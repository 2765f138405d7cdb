import { roleWords } from './field-names.ts';
import type { LogOptions } from './look-at-log.ts';

/** The command line that gives the same answers without a conversation. */
export function commandOf(
  folder: string,
  { log, registry, model, baseline, candidate, fields = [] }: LogOptions,
): string {
  const options = Object.entries({ log, registry, model, baseline, candidate }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${shellWord(value)}`],
  );
  const answers = fields.map(
    ({ role, path, unit }) =>
      `--field ${shellWord(`${roleWords[role]}=${path ?? '-'}${unit === undefined ? '' : `:${unit}`}`)}`,
  );
  return ['canary init', shellWord(folder), ...options, ...answers, '--yes'].join(' ');
}

/** As a POSIX shell reads it as one word. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
