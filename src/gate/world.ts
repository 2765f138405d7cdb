import type { ActorSource } from '../domain/registry.ts';
import { isAbsolute, relative, sep } from 'node:path';

import type { Permissions } from '../models/host/permissions.ts';

/** Everything of the outside world that a command may use, made once by the command line. */
export interface World {
  /** Folder that relative paths of arguments start from. */
  readonly cwd: string;
  /** Who acts: the name that was given, or else whom the environment, git or the system knows. */
  readonly actor: (named?: string) => Actor;
  /** Absolute folder for all that is kept, instead of `.canary` beside the plan. */
  readonly work?: string | undefined;
  /** The time now; fixed by SOURCE_DATE_EPOCH where that is set. */
  readonly now: () => Date;
  /** Standard input, for commands that are told to read it. */
  readonly stdin: NodeJS.ReadableStream;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /** Script that runs one model in a process of its own. */
  readonly modelHost: string;
  /** What the versions of a rollout may do. */
  readonly permissions: Permissions;
  /** A checkout in which plans and registries are read instead of where they are named, at the same paths. */
  readonly trusted?: string | undefined;
  /** Version of canary itself. */
  readonly version: string;
  /** Bytes that only this user has, on this machine, to know again what canary wrote here; undefined where there is no place for them. */
  readonly ownSecret: () => Buffer | undefined;
  /** Where long work tells how far it is. */
  readonly progress: Progress;
  /** A line for a person, beside the result. */
  readonly note: (line: string) => void;
  /** A person who can be asked; absent in pipes and in CI. */
  readonly questions?: Questions | undefined;
}

/** One of several answers. */
export interface Choice {
  readonly value: string;
  /** What is shown of it. */
  readonly label: string;
}

/** Asks a person on a terminal. Every method throws a UserError (exit 130) where the person ends the conversation instead. */
export interface Questions {
  /** @returns the value of the choice that was taken; `first` is under the cursor. */
  choose(question: string, choices: readonly Choice[], first?: string): Promise<string>;
  /** @param problemOf says why an answer cannot be taken. */
  write(question: string, suggestion: string, problemOf: (answer: string) => string | undefined): Promise<string>;
}

/** Who acts, and where the name came from. */
export interface Actor {
  readonly by: string;
  readonly bySource: ActorSource;
}

/** Receives how far each named piece of long work is. */
export interface Progress {
  /** Work begins that may take long, whether or not it reports how far it is. */
  begin(): void;
  report(work: string, done: number, total: number): void;
  /** Takes the display away, so that what follows is not mixed with it. */
  finish(): void;
}

/** A path as a person reads it best: from the working folder where the file lies below that, else in full. */
export function shownPath(cwd: string, path: string): string {
  const below = relative(cwd, path);
  return below.startsWith('..') || isAbsolute(below) ? path : below.split(sep).join('/');
}
