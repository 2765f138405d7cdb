import type { Role } from '../role.ts';

/** How the true labels go with what one version answered, on the requests that have both. */
export interface TruthAgreement {
  readonly requests: number;
  /** Answers that say what the truth says: the true label, or its number to six digits. */
  readonly same: number;
  /** Answers that are the true label; absent where answers are numbers. */
  readonly right?: number;
  /**
   * Whether truth and answers belong together more than chance explains once in 1,000: `unknown` where all truths or all answers are
   * the same, so that it makes no difference which belongs to which, and where even perfect answers could not show it.
   */
  readonly associated: 'yes' | 'no' | 'unknown';
}

/** That of both versions. */
export interface TruthAgreements extends Readonly<Record<Role, TruthAgreement>> {
  /** Labelled requests that both versions answered: none in a live split. */
  readonly pairs: number;
}

/** One-sided normal quantile of 1 in 1,000. */
const provenZ = 3.0902;

/**
 * Compares the number of right answers with what it would be if each truth belonged to any of the requests: under that permutation its
 * mean is sum(r_l c_l) / n and its variance (sum(r_l c_l (n - r_l)(n - c_l)) + (sum r_l c_l)^2 - sum (r_l c_l)^2) / (n^2 (n - 1)), with r_l and c_l
 * the truths and the answers of label l: the variance of Cohen's kappa under independence (Fleiss, Cohen and Everitt 1969).
 * @param counts for each label, how often it is true, answered, and both at once.
 */
export function labelAgreement(
  counts: readonly { readonly truths: number; readonly answers: number; readonly right: number }[],
): TruthAgreement {
  const requests = counts.reduce((sum, { truths }) => sum + truths, 0);
  const right = counts.reduce((sum, each) => sum + each.right, 0);
  const margins = counts.map(({ truths, answers }): [number, number] => [truths, answers]);
  const observed = standardised(right, requests, margins);
  const perfect = standardised(
    requests,
    requests,
    counts.map(({ truths }): [number, number] => [truths, truths]),
  );
  return { requests, same: right, right, associated: proven(observed, perfect) };
}

/**
 * The same of numbers, by their correlation r: sqrt(n - 1) r is standard normal where truth and answer are independent.
 * @param same how many answers are the truth to six digits.
 * @param correlation null where all truths or all answers are the same.
 */
export function numberAgreement(requests: number, same: number, correlation: number | null): TruthAgreement {
  const scale = Math.sqrt(Math.max(0, requests - 1));
  const observed = correlation === null ? undefined : correlation * scale;
  return { requests, same, associated: proven(observed, scale) };
}

function proven(observed: number | undefined, perfect: number | undefined): TruthAgreement['associated'] {
  if (observed === undefined || perfect === undefined || perfect < provenZ) return 'unknown';
  return observed >= provenZ ? 'yes' : 'no';
}

function standardised(
  right: number,
  n: number,
  margins: readonly (readonly [truths: number, answers: number])[],
): number | undefined {
  const products = margins.map(([truths, answers]) => truths * answers);
  const total = products.reduce((sum, product) => sum + product, 0);
  const own = margins.reduce((sum, [r, c]) => sum + r * c * (n - r) * (n - c), 0);
  const squares = products.reduce((sum, product) => sum + product ** 2, 0);
  const variance = (own + total ** 2 - squares) / (n ** 2 * (n - 1));
  return n > 1 && variance > 0 ? (right - total / n) / Math.sqrt(variance) : undefined;
}
