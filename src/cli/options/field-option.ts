import { Option } from 'commander';

/** `--field NAME=PATH`, which may be written several times. */
export function fieldOption(description: string): Option {
  return new Option('--field <name=path>', description).argParser(collected);
}

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
