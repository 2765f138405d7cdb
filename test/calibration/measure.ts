import { influenceLooks } from './influence-run.ts';
import { meanLooks } from './mean-run.ts';
import { quantileLooks } from './quantile-run.ts';
import { ratioLooks } from './ratio-run.ts';
import { rootLooks } from './root-run.ts';
import { Random } from './random.ts';
import { type PlannedMisses, PlannedRun } from './planned-run.ts';
import { type Scenario, truthOf } from './scenario.ts';
import { alpha, noMisses, record, type RunMisses, strictAlpha } from './tally.ts';

/** Shares of runs, in [0, 1]. */
export interface MissRates {
  readonly runs: number;
  /** Sequential bound at 5%, at any look. */
  readonly upper: number;
  readonly lower: number;
  /** Sequential bound at 5% / 20, at any look. */
  readonly strictUpper: number;
  readonly strictLower: number;
  /** Fixed bound at 5%, at the last look only. */
  readonly fixedUpper: number;
  readonly fixedLower: number;
  /** Runs whose last look had a sequential interval, and a fixed one; the others refused. */
  readonly decided: number;
  readonly fixedDecided: number;
}

/** Simulates a scenario many times with its bound on the truth, and counts how often each bound excluded the truth. */
export function measure(scenario: Scenario, runs: number, seed: number): MissRates {
  if (scenario.horizon !== undefined) return measurePlanned(scenario, scenario.horizon, runs, seed);
  const truth = truthOf(scenario);
  const random = new Random(seed);
  const looksOf = simulatorOf(scenario);
  const results: RunMisses[] = [];
  for (let run = 0; run < runs; run += 1) {
    const misses = noMisses();
    let look = 0;
    for (const found of looksOf(random, scenario)) {
      look += 1;
      record(misses, found, truth, scenario.plannedUnits, look === scenario.traffic.looks);
    }
    results.push(misses);
  }
  const share = (counts: (run: RunMisses) => boolean) => results.filter((run) => counts(run)).length / runs;
  return {
    runs,
    upper: share((run) => run.sequential.upper),
    lower: share((run) => run.sequential.lower),
    strictUpper: share((run) => run.strict.upper),
    strictLower: share((run) => run.strict.lower),
    fixedUpper: share((run) => run.fixed.upper),
    fixedLower: share((run) => run.fixed.lower),
    decided: share((run) => run.lastInterval),
    fixedDecided: share((run) => run.fixedInterval),
  };
}

/** The same of planned bounds: of a false pass and a false breach at 5% the worse is told, and at 5% / 20 the false breach. A look with a boundary decides. */
function measurePlanned(scenario: Scenario, horizon: number, runs: number, seed: number): MissRates {
  const truth = truthOf(scenario);
  const random = new Random(seed);
  const looksOf = simulatorOf(scenario);
  const misses: PlannedMisses[] = [];
  for (let run = 0; run < runs; run += 1) {
    const series = new PlannedRun(horizon, truth);
    for (const found of looksOf(random, scenario)) series.look(found);
    misses.push(series.misses);
  }
  const share = (counts: (run: PlannedMisses) => boolean) => misses.filter((run) => counts(run)).length / runs;
  return {
    runs,
    upper: Math.max(
      share(({ pass }) => pass.upper),
      share(({ breach }) => breach.upper),
    ),
    lower: Math.max(
      share(({ pass }) => pass.lower),
      share(({ breach }) => breach.lower),
    ),
    strictUpper: share(({ strict }) => strict.upper),
    strictLower: share(({ strict }) => strict.lower),
    fixedUpper: 0,
    fixedLower: 0,
    decided: share(({ tested }) => tested),
    fixedDecided: 0,
  };
}

function simulatorOf({ quantity }: Scenario): typeof meanLooks {
  if (quantity.kind === 'root-mean-square') return rootLooks;
  if (quantity.kind === 'by-influence') return influenceLooks;
  if (quantity.kind === 'ratio-difference') return ratioLooks;
  return quantity.kind === 'own' || quantity.kind === 'difference' ? meanLooks : quantileLooks;
}

/** The largest share that simulation error alone explains when the true share is `level`: three standard errors above it, and one run. */
export function largestExplained(level: number, runs: number): number {
  return level + 3 * Math.sqrt((level * (1 - level)) / runs) + 1 / runs;
}

/** Names of the bounds that miss more often than their level and the simulation's error allow. */
export function failures(rates: MissRates, inference: 'fixed' | 'sequential'): string[] {
  const checks: [string, number, number][] =
    inference === 'fixed'
      ? [
          ['upper', rates.fixedUpper, alpha],
          ['lower', rates.fixedLower, alpha],
        ]
      : [
          ['upper', rates.upper, alpha],
          ['lower', rates.lower, alpha],
          ['strict upper', rates.strictUpper, strictAlpha],
          ['strict lower', rates.strictLower, strictAlpha],
        ];
  return checks.filter(([, share, level]) => share > largestExplained(level, rates.runs)).map(([name]) => name);
}
