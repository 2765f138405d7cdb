import type { Stage } from '../domain/plan.ts';

/**
 * The stage that may begin next: the one after the furthest that was entered. A stage that was put into the plan before
 * that one is passed over, since weights never fall.
 * @param stages of the plan, in order.
 * @param entered names of the stages entered so far, in order.
 * @returns undefined when the last stage was entered.
 */
export function nextStage<S extends Pick<Stage, 'name'>>(
  stages: readonly S[],
  entered: readonly string[],
): S | undefined {
  return stages[stages.findLastIndex(({ name }) => entered.includes(name)) + 1];
}
