import { countOf, formatCount } from '../../domain/format-number.ts';
import { fields, noteLines, page, paintOf, section, type Style, symbolsOf } from '../words/style.ts';
import { printableName } from '../words/printable.ts';

/** What `canary init` takes from a log. */
export interface TakenFromLog {
  readonly log: string;
  readonly files: number;
  readonly records: number;
  /** Name of the format where it is a serving system's. */
  readonly title?: string;
  readonly rows: readonly TakenField[];
  /** What the log calls the versions, with their numbers. */
  readonly versions: readonly { readonly role: string; readonly name: string; readonly version: string }[];
  /** Labels that the versions answer; empty where they answer none. */
  readonly labels: readonly string[];
  /** Truths that are none of them. */
  readonly strangeTruths: readonly string[];
  readonly segments: readonly string[];
}

interface TakenField {
  readonly what: string;
  /** Absent where nothing was found. */
  readonly path?: string;
  readonly examples: readonly string[];
  /** Whether only the values fit, so that a person should look. */
  readonly isGuess: boolean;
}

const mostLabels = 8;
const longestExample = 28;

/** What canary takes for what, with examples, so that a person sees a wrong guess. */
export function takenText(taken: TakenFromLog, style: Style): string {
  const { log, files, records, title, rows, versions, labels, strangeTruths, segments } = taken;
  const { faint, unsure } = paintOf(style);
  const { separator, arrow } = symbolsOf(style);
  const longest = Math.max(0, ...rows.map(({ path = '' }) => path.length));
  const of = files > 1 ? ` of ${countOf(files, 'file')}` : '';
  const known = rows.map(({ what, path, examples, isGuess }): [string, string] => {
    if (path === undefined) return [what, unsure('not found')];
    const shown = examples.map((example) => shortened(printableName(example), longestExample)).join(` ${separator} `);
    return [
      what,
      `${printableName(path).padEnd(Math.min(longest, 32))}  ${faint(shown)}${isGuess ? unsure(' (a guess)') : ''}`.trimEnd(),
    ];
  });
  const pairs = versions.map(({ role, name, version }): [string, string] => [
    role,
    name === version ? printableName(version) : `${printableName(name)} ${arrow} ${version}`,
  ]);
  const told: [string, string][] = [
    ...pairs,
    ...(labels.length === 0 ? [] : [['labels', listed(labels)] satisfies [string, string]]),
    ...(segments.length === 0 ? [] : [['segments', segments.map(printableName).join(', ')] satisfies [string, string]]),
  ];
  const kind = title === undefined ? '' : `, ${title}`;
  const strange =
    strangeTruths.length === 0
      ? []
      : noteLines(
          [
            `${listed(strangeTruths)} ${strangeTruths.length === 1 ? 'is a truth' : 'are truths'} that no version answered, so not ${strangeTruths.length === 1 ? 'a label' : 'labels'}: name ${strangeTruths.length === 1 ? 'it' : 'them'} in requests.otherLabels if that is right`,
          ],
          style,
        );
  return page([
    section(
      `${printableName(log)}${of}${kind}: what canary takes from its first ${countOf(records, 'record')}`,
      [fields([...known, ...told], style), ...strange],
      style,
    ),
  ]);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostLabels).map(printableName).join(', ');
  return names.length > mostLabels ? `${shown} and ${formatCount(names.length - mostLabels)} more` : shown;
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** What a person still has to answer, with what to write. */
export function leftToDoText(
  todos: readonly { readonly what: string; readonly why: string; readonly candidates: readonly string[] }[],
  style: Style,
): string {
  const notes = todos.map(({ what, why, candidates }) => {
    const [first] = candidates;
    const option =
      first === undefined
        ? ''
        : `; --field ${what}=${first} would say so${candidates.length > 1 ? ` (or ${candidates.slice(1).join(', ')})` : ''}`;
    return `${what}: ${why}${option}`;
  });
  return notes.length === 0
    ? ''
    : page([section('Left to do, marked TODO in the plan', noteLines(notes, style), style)]);
}
