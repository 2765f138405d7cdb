import type { Argument, Command, Option } from 'commander';

/** What may stand at the end of an unfinished command line. */
export type Completion =
  | { readonly kind: 'words'; readonly words: readonly CompletedWord[] }
  | { readonly kind: 'paths'; readonly endings: readonly string[] }
  | { readonly kind: 'plans' }
  /** The name of a stage of the plan that was named. */
  | { readonly kind: 'stages'; readonly plan: string };

export interface CompletedWord {
  readonly word: string;
  readonly description: string;
}

const nothing: Completion = { kind: 'words', words: [] };

/**
 * Finds out what the last of some words may be.
 * @param words of the command line behind the program's name, the last of them unfinished and maybe empty.
 */
export function completionOf(program: Command, words: readonly string[]): Completion {
  // Shells that break words at `=` give `--format`, `=` and `json`.
  const all = words.filter((word) => word !== '=');
  const typed = all.at(-1) ?? '';
  const before = readWords(program, all.slice(0, -1));
  const { command, positionals, pending } = before;
  if (pending !== undefined) return valueCompletion(pending, positionals);
  if (typed.startsWith('-')) return matching(typed, optionWords(command));
  if (positionals.length === 0 && command.commands.length > 0) return matching(typed, commandWords(command));
  const expected = command.registeredArguments;
  const argument = expected[positionals.length] ?? expected.find(({ variadic }) => variadic);
  return argument === undefined ? nothing : argumentCompletion(argument, typed);
}

interface ReadWords {
  readonly command: Command;
  readonly positionals: readonly string[];
  /** An option that waits for its value. */
  readonly pending: Option | undefined;
}

function readWords(program: Command, words: readonly string[]): ReadWords {
  let command = program;
  const positionals: string[] = [];
  let pending: Option | undefined;
  for (const word of words) {
    const option = command.options.find(({ long, short }) => word === long || word === short);
    const subcommand = positionals.length === 0 ? command.commands.find((each) => each.name() === word) : undefined;
    if (pending !== undefined) pending = undefined;
    else if (option !== undefined) pending = option.required || option.optional ? option : undefined;
    else if (word.startsWith('-')) continue;
    else if (subcommand === undefined) positionals.push(word);
    else command = subcommand;
  }
  return { command, positionals, pending };
}

function valueCompletion({ argChoices, long, flags }: Option, [plan]: readonly string[]): Completion {
  if (argChoices !== undefined) return { kind: 'words', words: argChoices.map((word) => ({ word, description: '' })) };
  if (long === '--stage' && plan !== undefined) return { kind: 'stages', plan };
  return pathCompletion(/<([^>]+)>/u.exec(flags)?.[1] ?? '');
}

function argumentCompletion(argument: Argument, typed: string): Completion {
  if (argument.argChoices === undefined) return pathCompletion(argument.name());
  const words = argument.argChoices.map((word) => ({ word, description: '' }));
  return matching(typed, words);
}

/** What an argument is called says what it is. */
function pathCompletion(name: string): Completion {
  if (/plan|target/u.test(name)) return { kind: 'plans' };
  return /file|folder|dir|evidence|path/u.test(name) ? { kind: 'paths', endings: [] } : nothing;
}

function optionWords(command: Command): readonly CompletedWord[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long === undefined || long === null ? [] : [{ word: long, description }]));
}

function commandWords(command: Command): readonly CompletedWord[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({ word: each.name(), description: each.summary() || each.description() }));
}

function matching(typed: string, words: readonly CompletedWord[]): Completion {
  return { kind: 'words', words: words.filter(({ word }) => word.startsWith(typed)) };
}
