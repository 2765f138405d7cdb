import { largestExplained } from '../measure.ts';

/** A question that only whole rollouts answer: how often something happens in them, and how often it may. */
export interface RolloutRow {
  readonly question: string;
  readonly population: string;
  readonly runs: number;
  /** What the share has to lie within, in [0, 1]. */
  readonly allowed: { readonly least: number; readonly most: number };
  /** Whether it happened in a run; undefined where the run does not ask. */
  readonly happens: (seed: number) => Promise<boolean | undefined>;
}

export const atMost = (most: number) => ({ least: 0, most });

/** What a row came to. */
export interface RolloutShare {
  readonly runs: number;
  readonly share: number;
}

/** Simulates a row. */
export async function simulateRow({ happens }: RolloutRow, runs: number): Promise<RolloutShare> {
  let [asked, count] = [0, 0];
  for (let seed = 1; seed <= runs; seed += 1) {
    const happened = await happens(seed);
    if (happened === undefined) continue;
    asked += 1;
    if (happened) count += 1;
  }
  return { runs: asked, share: count / asked };
}

/** Whether a share is farther outside of what is allowed than the simulation's error explains. */
export function isOutside({ allowed }: RolloutRow, { runs, share }: RolloutShare): boolean {
  return share > largestExplained(allowed.most, runs) || 1 - share > largestExplained(1 - allowed.least, runs);
}

/** The first line of docs/calibration-rollouts.csv. Shares are in percent. */
export const rolloutHeading = 'question,population,runs,share,allowed,beyond';

/** A row as a line of the CSV. */
export function rolloutLine(row: RolloutRow, found: RolloutShare): string {
  const cells = [`"${row.question}"`, `"${row.population}"`, found.runs, (100 * found.share).toFixed(2)];
  return [...cells, allowedText(row), isOutside(row, found) ? 'beyond' : ''].join(',');
}

function allowedText({ allowed }: RolloutRow): string {
  if (allowed.least === 0) return `at most ${percent(allowed.most)}`;
  return allowed.most === 1
    ? `at least ${percent(allowed.least)}`
    : `${percent(allowed.least)} to ${percent(allowed.most)}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}

/** The table of docs/calibration.md about whole rollouts: the lines as they are. */
export function rolloutTable(lines: readonly string[]): string {
  return [
    '| question | in what | runs | share | allowed | beyond |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines.map((line) => {
      const [, question, population, rest = ''] = /^"([^"]*)","([^"]*)",(.*)$/u.exec(line) ?? [];
      const [runs, share, ...others] = rest.split(',');
      return `| ${[question, population, runs, `${share}%`, ...others].join(' | ')} |`;
    }),
  ].join('\n');
}
