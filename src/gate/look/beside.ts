import type { Frozen, SourceFrozen } from '../../domain/registry.ts';
import type { SourceFacts } from '../../domain/log/source-facts.ts';
import type { JudgedGolden } from '../golden/judge-golden.ts';
import type { Judgement } from '../judge/judge-stage.ts';

/** What is judged beside a stage's log, and decides with it. */
export interface Beside {
  /** What the golden requests showed, where the plan names any. */
  readonly golden: JudgedGolden | undefined;
  readonly sources: readonly SourceLook[];
}

/** A look at what a further source says of a stage. */
export interface SourceLook {
  readonly name: string;
  /** Absent where there was nothing to look at. */
  readonly facts?: SourceFacts;
  /** Why the source does not go on from what it said at the last look; absent where it does. */
  readonly lost?: string | undefined;
  /** Judges with what the first look of the source's own series froze. */
  readonly judge: (frozen: Omit<Frozen, 'sources'> | undefined) => Promise<SourceJudgement>;
}

/** What a source says of its guardrails; a look at nothing froze nothing. */
export interface SourceJudgement extends Pick<Judgement, 'comparisons' | 'guardrails' | 'checks'> {
  readonly frozen?: Frozen;
}

/** What the further sources of a stage say together. */
export interface JudgedSources extends Pick<Judgement, 'comparisons' | 'guardrails' | 'checks'> {
  readonly frozen: Readonly<Record<string, SourceFrozen>>;
  readonly facts: Readonly<Record<string, SourceFacts>>;
  /** Why a source's series begins anew, by the source. */
  readonly newSeriesOf: Readonly<Record<string, string>>;
}

/**
 * Judges the further sources of a stage, each in a series of looks of its own: one that counts anew makes nothing of the others begin anew.
 * @param before what the looks before froze, by source
 */
export async function judgeSources(
  sources: readonly SourceLook[],
  before: Readonly<Record<string, SourceFrozen>> = {},
): Promise<JudgedSources> {
  const frozen: Record<string, SourceFrozen> = {};
  const facts: Record<string, SourceFacts> = {};
  const newSeriesOf: Record<string, string> = {};
  const judgements: SourceJudgement[] = [];
  for (const { name, facts: read, lost, judge } of sources) {
    const { series, ...earlier } = before[name] ?? { series: 0 };
    const goesOn = series > 0 && lost === undefined;
    if (series > 0 && lost !== undefined) newSeriesOf[name] = lost;
    const judgement = await judge(goesOn && 'tests' in earlier ? earlier : undefined);
    judgements.push(judgement);
    if (judgement.frozen !== undefined) frozen[name] = { ...judgement.frozen, series: goesOn ? series : series + 1 };
    else if (before[name] !== undefined) frozen[name] = before[name];
    if (read !== undefined) facts[name] = read;
  }
  return {
    frozen,
    facts,
    newSeriesOf,
    comparisons: judgements.flatMap(({ comparisons }) => comparisons),
    guardrails: judgements.flatMap(({ guardrails }) => guardrails),
    checks: judgements.flatMap(({ checks }) => checks),
  };
}
