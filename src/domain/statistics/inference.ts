/** How a verdict stays right when a stage is looked at again: at every look, at one, or at any until an end that is fixed beforehand. */
export const inferences = ['sequential', 'fixed', 'planned'] as const;
export type Inference = (typeof inferences)[number];

/** The bounds of what is told beside a plan's tests: only a test has alpha to spend on the way to a planned end. */
export function besideTests(inference: Inference): 'sequential' | 'fixed' {
  switch (inference) {
    case 'sequential':
    case 'planned':
      return 'sequential';
    case 'fixed':
      return 'fixed';
  }
}
