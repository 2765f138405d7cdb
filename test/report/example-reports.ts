import type { Evidence } from '../../src/domain/evidence.ts';
import type { Report } from '../../src/report/document/report.ts';
import { evidenceDigest } from '../../src/report/document/serialize-evidence.ts';
import { increaseEvidence, rollbackEvidence } from './example-evidence.ts';

const planFile = 'rollouts/intent-classifier-1.6.0.yaml';

/** Evidence with the digest of what it holds. */
export function sealed(evidence: Evidence): Evidence {
  return { ...evidence, digest: evidenceDigest(evidence) };
}

/** A report of one look. */
export function reportOf(evidence: Evidence): Report {
  const reported = sealed(evidence);
  return { evidence: reported, looks: [reported], planFile };
}

export const rollbackReport: Report = reportOf(rollbackEvidence);
export const increaseReport: Report = reportOf(increaseEvidence);

/** An earlier look at the same stage, when the log was shorter and the intervals wider. */
export function earlierLook(look: number): Evidence {
  const widening = 1 / Math.sqrt(look / 4);
  return sealed({
    ...rollbackEvidence,
    createdAt: `2026-11-0${look}T08:00:00.000Z`,
    stage: { ...rollbackEvidence.stage, look },
    cohorts: rollbackEvidence.cohorts.map((cohort) => ({
      ...cohort,
      requests: Math.round((cohort.requests * look) / 4),
    })),
    guardrails: rollbackEvidence.guardrails.map((result) => {
      const { value, low, high } = result;
      if (value === undefined || low === undefined || high === undefined) return result;
      return { ...result, low: value - (value - low) * widening, high: value + (high - value) * widening };
    }),
    verdict: { decision: 'hold', exitCode: 3, reasons: ['error_rate is undecided'] },
  });
}

const fourth = sealed({ ...rollbackEvidence, stage: { ...rollbackEvidence.stage, look: 4 } });

/** The fourth look at a stage, with the three before it. */
export const looksReport: Report = {
  evidence: fourth,
  looks: [earlierLook(1), earlierLook(2), earlierLook(3), fourth],
  planFile,
};
