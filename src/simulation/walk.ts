import type { Decision } from '../domain/registry.ts';
import type { Draw } from './draw.ts';
import type { Population } from './population.ts';
import type { SimulatedStage } from './simulated-stages.ts';

/** What one simulated rollout came to. */
export interface WalkedRollout {
  /** Every stage that was looked at, in order: how its last look ended, and how many looks it took. */
  readonly stages: readonly WalkedStage[];
  /** `increase` where every stage was entered. */
  readonly outcome: Decision;
  /** Time of the look that decided, ms since 1970; of the last one where none did. */
  readonly decidedAt: number;
  readonly exposure: Exposure;
}

export interface WalkedStage {
  readonly name: string;
  /** `hold` where the log ended before it was decided. */
  readonly decision: Decision;
  readonly looks: number;
}

/** Who got the candidate before the rollout was decided. */
export interface Exposure {
  readonly users: number;
  readonly requests: number;
  /** Users of whom at least one exposed request was changed for the worse. */
  readonly harmedUsers: number;
}

/** Judges one look at one stage; what a stage's first look froze comes back to it at the next. */
export type JudgeLook<Frozen> = (
  stage: SimulatedStage,
  until: number,
  frozen: Frozen | undefined,
) => Promise<{ readonly decision: Decision; readonly frozen: Frozen }>;

/** Whether a request, by its place in the draw and in the population, is worse with the candidate. */
export type Harms = (at: number, record: number) => boolean;

/**
 * Walks a plan's stages over a log in the order of time, as a nightly job would that evaluates and promotes: at each look the next
 * stage is judged on everything recorded until then; an increase enters it, a rollback ends the rollout, a hold waits for the
 * next look. Between two looks the users of the entered stage get the candidate.
 * @param looks times of the looks, rising.
 */
export async function walkRollout<Frozen>(
  stages: readonly SimulatedStage[],
  looks: readonly number[],
  { population, draw }: { readonly population: Population; readonly draw: Draw },
  harms: Harms,
  judge: JudgeLook<Frozen>,
): Promise<WalkedRollout> {
  const exposed = new ExposureCount(population, draw, harms);
  const walked: WalkedStage[] = [];
  let [next, stageLooks, weight] = [0, 0, 0];
  let frozen: Frozen | undefined;
  let previous = -Infinity;
  for (const until of looks) {
    exposed.add(weight, previous, until);
    previous = until;
    const current = stages[next];
    if (current === undefined) throw new RangeError('a walk ends with its last stage');
    stageLooks += 1;
    const judged = await judge(current, until, frozen);
    frozen = judged.frozen;
    if (judged.decision === 'hold') continue;
    walked.push({ name: current.stage.name, decision: judged.decision, looks: stageLooks });
    const isLast = next === stages.length - 1;
    if (judged.decision === 'rollback' || isLast) {
      return { stages: walked, outcome: judged.decision, decidedAt: until, exposure: exposed.total() };
    }
    [next, stageLooks, weight, frozen] = [next + 1, 0, current.stage.weight, undefined];
  }
  const waiting = stages[next];
  if (waiting !== undefined) walked.push({ name: waiting.stage.name, decision: 'hold', looks: stageLooks });
  return { stages: walked, outcome: 'hold', decidedAt: previous, exposure: exposed.total() };
}

/** Counts the requests that the candidate answers, by user. */
class ExposureCount {
  readonly #population: Population;
  readonly #draw: Draw;
  readonly #harms: Harms;
  readonly #exposed: Uint8Array;
  #requests = 0;

  constructor(population: Population, draw: Draw, harms: Harms) {
    this.#population = population;
    this.#draw = draw;
    this.#harms = harms;
    this.#exposed = new Uint8Array(draw.unitOf.length);
  }

  /** Requests after `from` up to `until`, of the users below the weight. */
  add(weight: number, from: number, until: number): void {
    if (weight === 0) return;
    const { unitOf, buckets, starts } = this.#draw;
    for (let user = 0; user < unitOf.length; user += 1) {
      if ((buckets[user] ?? 1) >= weight) continue;
      const first = this.#population.starts[unitOf[user] ?? 0] ?? 0;
      const start = starts[user] ?? 0;
      for (let at = start; at < (starts[user + 1] ?? 0); at += 1) {
        const time = this.#population.times[first + at - start] ?? Number.NaN;
        if (!(time > from && time <= until)) continue;
        this.#requests += 1;
        this.#exposed[user] = Math.max(this.#exposed[user] ?? 0, this.#harms(at, first + at - start) ? 2 : 1);
      }
    }
  }

  total(): Exposure {
    let [users, harmedUsers] = [0, 0];
    for (const flag of this.#exposed) {
      if (flag > 0) users += 1;
      if (flag > 1) harmedUsers += 1;
    }
    return { users, requests: this.#requests, harmedUsers };
  }
}

/** Times of evenly spaced looks, the last at the end of the log. */
export function lookTimes(population: Population, looks: number): number[] {
  let [first, last] = [Infinity, -Infinity];
  for (const time of population.times) {
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  return Array.from({ length: looks }, (_, look) =>
    look === looks - 1 ? last : first + ((last - first) * (look + 1)) / looks,
  );
}
