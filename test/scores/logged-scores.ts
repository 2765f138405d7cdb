/** Two versions' recorded answers with scores beside them: seeded, a user for every two requests. */
export interface ScoredLog {
  readonly requests?: number;
  /** What is added to the candidate's scores. */
  readonly shift?: number;
  /** Further keys of one version's outcome of a request. */
  readonly beside?: (version: 'baseline' | 'candidate', index: number) => object;
  /** Further keys of a record. */
  readonly record?: (index: number) => object;
}

/** Numbers in [0, 1) that are the same at every run (Park and Miller 1988). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

export function scoredLog({ requests = 2000, shift = 0, beside, record }: ScoredLog = {}): readonly object[] {
  const random = seeded(11);
  return Array.from({ length: requests }, (_, index) => {
    const base = 0.3 + 0.5 * random();
    const outcome = (version: 'baseline' | 'candidate') => ({
      prediction: { text: `${version} says ${index}` },
      latency_ms: 100 + 20 * random(),
      scores: {
        helpful: Math.min(1, Math.max(0, base + 0.05 * (random() - 0.5) + (version === 'candidate' ? shift : 0))),
      },
      ...beside?.(version, index),
    });
    return {
      request_id: `r${index}`,
      timestamp: new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString(),
      user_id: `u${Math.floor(index / 2)}`,
      input: `question ${index}`,
      outcomes: { '1.0.0': outcome('baseline'), '1.1.0': outcome('candidate') },
      ...record?.(index),
    };
  });
}

export const textOutput = { signature: { output: { kind: 'text' } } } as const;

export const helpful = { scores: '{ helpful: { from: log, range: [0, 1], better: higher } }' };

export const guardHelpful = [
  '{ metric: score.helpful, maxDecrease: 0.05 }',
  '{ metric: error_rate, maxIncrease: 10pp }',
];
