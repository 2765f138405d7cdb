import { logFormatTraits } from '../../domain/log/log-format.ts';

/**
 * What a plan means where it is silent: the one table that normalisation and the documentation are made from.
 * The salt is the plan's name. Values are as a plan would write them.
 */
export const planDefaults = {
  requests: {
    format: 'canary',
    fields: logFormatTraits.canary.fields,
    maxRejected: '1%',
    maxUnknownLabels: '1%',
    settle: '5m',
    sample: { salt: 'sample' },
  },
  assignment: { scheme: 'murmur3' },
  stages: { minRequests: 100, minUnits: 30 },
  guardrails: { onBreach: 'rollback', test: 'interval' },
  statistics: { confidence: 0.95, inference: 'sequential' },
  replay: { latency: 'measured', latencyRequests: 2000, pairs: 5, batch: 64, timeout: '2s', seed: 1 },
  coverage: { minRequests: 30 },
  checks: {
    sampleRatio: { action: 'hold', alpha: 0.001 },
    parity: { alpha: 0.001 },
    coverage: { action: 'hold' },
    assignment: { action: 'hold' },
    window: { action: 'warn', minDuration: '24h' },
    segments: { action: 'warn', alpha: 0.01 },
    segmentMix: { action: 'warn' },
    golden: { action: 'hold' },
    labels: { action: 'hold' },
    selection: { action: 'hold', alpha: 0.001 },
    stability: { action: 'hold', alpha: 0.001 },
    alarm: { action: 'hold' },
  },
  drift: {
    features: 'auto',
    thresholds: { psi: 0.2, jensenShannon: 0.2, ks: 0.2, quality: 0.05 },
    alpha: 0.001,
    action: 'warn',
  },
  judge: 'all',
} as const;

/** Where a record of a live split keeps what its version did; only with `servedBy`, and so beside the table. */
export const servedDefaults = { latency: 'latency_ms', error: 'error', prediction: 'prediction' } as const;
