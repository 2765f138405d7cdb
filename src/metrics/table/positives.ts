import type { Role } from '../../domain/role.ts';
import { both, isDecided, isLabelled } from './conditions.ts';
import type { InfluenceMetric } from './influence-metric.ts';
import type { UnusableRequests } from './mean-metric.ts';

/** The version gave a score, and the truth is one of the two labels. */
function isScored(role: Role): string {
  return `${isLabelled(role)} AND ${role}_positive_score IS NOT NULL AND is_positive IS NOT NULL`;
}

/** Answers that a ranking would have to leave out. */
const notScored: UnusableRequests = {
  condition: (role) => `${isLabelled(role)} AND (${role}_positive_score IS NULL OR is_positive IS NULL)`,
  problem: 'no score of the positive label, or a true label that is neither of the two,',
};

/** What a metric of scores counts. */
export const ofScored = {
  domain: isScored,
  pairedDomain: both(isScored),
  unusable: notScored,
  absent: 'no answered request has both a true label and a score',
} satisfies Omit<InfluenceMetric, 'compute'>;

/** Requests of which nobody can say whether their answer is a false alarm. */
export const neitherLabel: UnusableRequests = {
  condition: (role) => `${isDecided(role)} AND is_positive IS NULL`,
  problem: 'a true label that is neither of the two',
};
