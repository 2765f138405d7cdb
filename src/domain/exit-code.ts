/**
 * The exit codes of the program: the one table that `--help`, the README and the verdict are made from.
 * 1 is left out on purpose: Node exits 1 on an uncaught throw, and a crash must never read as a verdict.
 */
export const ExitCode = {
  ok: 0,
  usage: 2,
  hold: 3,
  rollback: 4,
  noVerdict: 5,
  bug: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What each exit code means, in the order in which help prints them. */
export const exitCodeMeanings: readonly (readonly [ExitCode, string])[] = [
  [ExitCode.ok, 'increase; or the command did what was asked'],
  [ExitCode.usage, 'the command line, plan or schema is invalid; nothing was done'],
  [ExitCode.hold, 'hold'],
  [ExitCode.rollback, 'rollback'],
  [
    ExitCode.noVerdict,
    'no verdict: an input, model, registry or evidence file could not be used and nothing was changed; or apply failed, as the registry says',
  ],
  [ExitCode.bug, 'a bug in canary (the stack is printed)'],
  [ExitCode.interrupted, 'interrupted; nothing was changed, finished replay work is kept'],
];
