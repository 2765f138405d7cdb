import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { countCalls, type Fault } from './injected.ts';
import { type FaultedCommand, type Reference, referenceOf, type Trial, trials } from './trial.ts';
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Size {
  /** Kills of a command at moments of which a seed decides. */
  readonly laterKills: number;
  /** Of every so many points one is tried, from the seed on; 1 for all. */
  readonly every: number;
}

/** What came of one kind of fault in one command. */
export interface Tally {
  readonly command: string;
  readonly fault: Fault['kind'];
  readonly trials: number;
  /** How often the command was killed, and how often it ended with which exit code. */
  readonly ended: Readonly<Record<string, number>>;
  readonly problems: readonly { readonly fault: Fault; readonly problems: readonly string[] }[];
}

/** Whether a fault kills the command. */
export function isKill({ kind }: Fault): boolean {
  return kind === 'kill' || kind === 'torn' || kind === 'kill-later';
}

/**
 * Tries a command with many faults, each in a copy of its folder, two at once.
 * @param wanted which of the faults
 */
export async function campaign(
  command: FaultedCommand,
  seed: number,
  size: Size,
  wanted: (fault: Fault) => boolean = () => true,
): Promise<Tally[]> {
  const reference = await referenceOf(command);
  const waiting = (await faultsFor(command, reference, seed, size)).filter(wanted);
  const tallies = new Map<Fault['kind'], Tally>();
  const work = async (): Promise<void> => {
    for (;;) {
      // Who is told of a failure looks before the next try; who was killed knows nothing of it.
      const kills = waiting.slice(0, killsInARow).findIndex((fault) => !isKill(fault));
      const next = waiting.splice(0, kills === -1 ? killsInARow : Math.max(1, kills));
      if (next.length === 0) return;
      const tried = await trials(command, reference, next);
      waiting.push(...next.slice(tried.length));
      for (const [index, trial] of tried.entries()) countTrial(tallies, command.name, next[index], trial);
    }
  };
  await Promise.all([work(), work()]);
  return [...tallies.values()];
}

const killsInARow = 5;

function countTrial(
  tallies: Map<Fault['kind'], Tally>,
  command: string,
  fault: Fault | undefined,
  { ended, problems }: Trial,
): void {
  if (fault === undefined) return;
  const { kind } = fault;
  const tally = tallies.get(kind) ?? { command, fault: kind, trials: 0, ended: {}, problems: [] };
  tallies.set(kind, {
    ...tally,
    trials: tally.trials + 1,
    ended: { ...tally.ended, [ended]: (tally.ended[ended] ?? 0) + 1 },
    problems: problems.length === 0 ? tally.problems : [...tally.problems, { fault, problems }],
  });
}

async function faultsFor(command: FaultedCommand, { ms }: Reference, seed: number, size: Size): Promise<Fault[]> {
  const [writes, reads, opens] = await callsOf(command, command.args);
  const [, , started] = await callsOf(command, ['--version']);
  const random = xoroshiro128plus(seed);
  const upTo = (limit: number): number => (random.next() >>> 0) % limit;
  const points = (count: number, share = 1): number[] => {
    const step = size.every * share;
    const first = 1 + upTo(step);
    return Array.from(
      { length: Math.max(0, Math.ceil((count - first + 1) / step)) },
      (_, index) => first + index * step,
    );
  };
  const clocks = [-86_400, 86_400, -31_536_000, 31_536_000];
  return [
    ...points(writes).flatMap((at): Fault[] => [
      { kind: 'kill', at },
      { kind: 'torn', at },
    ]),
    ...Array.from({ length: size.laterKills }, (): Fault => ({ kind: 'kill-later', ms: 60 + upTo(Math.ceil(ms)) })),
    ...points(writes).flatMap((at): Fault[] => [
      { kind: 'ENOSPC', at },
      { kind: 'EIO', calls: 'writes', at },
    ]),
    ...points(writes, 4).map((at): Fault => ({ kind: 'EROFS', at })),
    ...points(reads, 2).map((at): Fault => ({ kind: 'EIO', calls: 'reads', at })),
    // Before that Node itself does not start.
    ...points(opens - started, 10).map((at): Fault => ({ kind: 'EMFILE', at: started + at })),
    ...clocks
      .slice(0, Math.ceil(clocks.length / size.every))
      .map((seconds): Fault => ({ kind: 'clock', at: 1 + upTo(200), seconds })),
    ...points(64, 16).map((at): Fault => ({ kind: 'memory', heapMegabytes: 8 + at })),
  ];
}

async function callsOf(command: FaultedCommand, args: readonly string[]): Promise<[number, number, number]> {
  const counts: number[] = [];
  for (const calls of ['writes', 'reads', 'opens'] as const) {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'canary-count-')));
    cpSync(command.template, folder, { recursive: true });
    counts.push(await countCalls(folder, args, calls));
    rmSync(folder, { recursive: true, force: true });
  }
  const [writes = 0, reads = 0, opens = 0] = counts;
  return [writes, reads, opens];
}
