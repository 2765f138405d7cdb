import { evidenceDigest, serializeEvidence } from '../../dist/modules/report/document/serialize-evidence.js';

const metrics = /** @type {const} */ (['accuracy', 'error_rate', 'agreement']);
const sha256 = 'a'.repeat(64);

/** @param {number} index */
function numbers(index) {
  const delta = Math.sin(index) / 50;
  return { delta, low: delta - 0.03, high: delta + 0.03 };
}

/**
 * Evidence of a held stage in which each of some metrics was compared, and one judged, on each of so many segments.
 *
 * @param {number} count of segments
 * @returns {string} the file's text
 */
export function evidenceOfSegments(count) {
  const segments = Array.from({ length: count }, (_, index) => ({ city: `city-${index}` }));
  const guardrails = segments.map((segment, index) => {
    const { delta: value, low, high } = numbers(index);
    return {
      metric: 'accuracy',
      segment,
      bound: { kind: /** @type {const} */ ('maxDecrease'), value: 0.01, relative: false },
      onBreach: /** @type {const} */ ('rollback'),
      test: /** @type {const} */ ('interval'),
      unit: /** @type {const} */ ('proportion'),
      status: low >= -0.01 ? /** @type {const} */ ('pass') : /** @type {const} */ ('inconclusive'),
      value,
      low,
      high,
      reason: `accuracy for city=${segment.city} is undecided`,
      needed: { units: 400, requests: 4000 },
    };
  });
  const versionOf = (/** @type {string} */ version) => ({
    version,
    runtime: /** @type {const} */ ('recorded'),
    sha256,
  });
  const outcomes = { requests: 400_000, errors: {} };
  /** @type {import('../../src/domain/evidence.ts').Evidence} */
  const evidence = {
    schemaVersion: 1,
    createdAt: '2026-11-04T08:00:00.000Z',
    digest: '',
    tool: { name: 'canary', version: '0.1.0' },
    plan: { name: 'many-segments', sha256, file: 'many-segments.yaml', model: 'many-segments' },
    stage: { name: 'canary-5', weight: 0.05, look: 1, series: 1 },
    statistics: { confidence: 0.95, inference: 'sequential', tests: count, plannedUnits: 1000 },
    rollout: { entered: [], traffic: { '1.0.0': 1, '1.1.0': 0 } },
    inputs: { requests: [], baseline: versionOf('1.0.0'), candidate: versionOf('1.1.0') },
    cohorts: [{ name: 'canary', units: 40_000, requests: 400_000 }],
    outcomes: { baseline: outcomes, candidate: outcomes },
    comparisons: metrics.flatMap((metric) =>
      segments.map((segment, index) => ({
        metric,
        comparison: /** @type {const} */ ('paired'),
        cohort: /** @type {const} */ ('canary'),
        segment,
        unit: /** @type {const} */ ('proportion'),
        baseline: 0.9,
        candidate: 0.9 + numbers(index).delta,
        ...numbers(index),
        units: 80,
        requests: 800,
      })),
    ),
    guardrails,
    checks: [],
    verdict: { decision: 'hold', exitCode: 3, reasons: guardrails.map(({ reason }) => reason) },
    registryChange: { action: 'look', stage: 'canary-5', traffic: {}, aliases: {}, status: {} },
  };
  return serializeEvidence({ ...evidence, digest: evidenceDigest(evidence) });
}
