import type { Tally } from './campaign.ts';

export const heading = 'command,fault,trials,killed,verdict,refused,other,problems,seed,commit';

/** A line of docs/reliability.csv. */
export function lineOf({ command, fault, trials, ended, problems }: Tally, seed: number, commit: string): string {
  const count = (...endings: readonly string[]) => endings.reduce((sum, ending) => sum + (ended[ending] ?? 0), 0);
  const [killed, verdict, refused] = [count('killed'), count('0', '3', '4'), count('2', '5')];
  const other = trials - killed - verdict - refused;
  const cells = [
    JSON.stringify(command),
    fault,
    trials,
    killed,
    verdict,
    refused,
    other,
    problems.length,
    seed,
    commit,
  ];
  return cells.join(',');
}

/** The lines of an earlier run stay where this one has none for the same command and fault. */
export function mergeLines(earlier: readonly string[], later: readonly string[]): string[] {
  const merged = new Map([...earlier, ...later].map((line) => [keyOf(line), line]));
  return [...merged.values()];
}

function keyOf(line: string): string {
  return line.replace(/(?:,\w+){8}$/u, '');
}
