import { expect, test } from 'vitest';
import { planWith, problems } from './plan-text.ts';

/** [what is wrong, text of the example plan, what stands there instead, the one finding without the file's name] */
export type Case = readonly [string, string, string, string];

/** One test per case: the changed plan has this finding and no other. */
export function testEach(cases: readonly Case[]): void {
  test.each(cases)('%s', (_title, piece, replacement, expected) => {
    expect(problems(planWith(piece, replacement))).toEqual([`rollouts/a.yaml:${expected}`]);
  });
}
