import { logGamma } from '../distributions.ts';

export interface SampleRatio {
  /** ln of the evidence against the expected shares: the Bayes factor of the mixture over the expected shares. */
  readonly logEvidence: number;
  /** Anytime-valid p-value of this look, in (0, 1]: 1 over the evidence. Over looks, the smallest counts. */
  readonly pValue: number;
}

/**
 * How many observations the prior is worth, mixed in equal parts: the small ones see a gross deviation in a few dozen
 * units, the large ones a loss of 2% in a few hundred thousand. A mixture of priors is a prior, so the test stays valid.
 */
const defaultConcentrations = [10, 100, 1000, 10_000, 100_000] as const;

/**
 * Sequentially valid multinomial test of whether groups have the shares that they should (Lindon and Malek 2022, Anytime-valid inference for multinomial
 * count data, arXiv 2011.03567): under the expected shares the evidence reaches 1 / alpha with probability at most alpha, over all looks.
 * @param counts whole numbers of units per group, all so far.
 * @param shares expected share per group, each above 0, summing to 1.
 * @param concentrations of the Dirichlet priors around the expected shares, each above 0; not to be chosen after a look at the counts.
 */
export function sampleRatio(
  counts: readonly number[],
  shares: readonly number[],
  concentrations: readonly number[] = defaultConcentrations,
): SampleRatio {
  const expected = logMultinomial(counts, shares);
  const logEvidence = logMeanExp(
    concentrations.map((concentration) => {
      const prior = shares.map((share) => share * concentration);
      return logDirichletMarginal(counts, prior) - expected;
    }),
  );
  return { logEvidence, pValue: Math.min(1, Math.exp(-logEvidence)) };
}

/** ln of the mean of numbers of which the logarithms are given; never leaves the range of doubles. */
export function logMeanExp(logarithms: readonly number[]): number {
  const largest = Math.max(...logarithms);
  const sum = logarithms.reduce((total, each) => total + Math.exp(each - largest), 0);
  return largest + Math.log(sum / logarithms.length);
}

/** ln probability of the counts under a multinomial with the given shares. */
export function logMultinomial(counts: readonly number[], shares: readonly number[]): number {
  requireShares(counts, shares);
  let total = 0;
  let sum = 0;
  for (const [group, count] of counts.entries()) {
    total += count;
    sum += count * Math.log(shares[group] ?? 0) - logGamma(count + 1);
  }
  return sum + logGamma(total + 1);
}

/** ln probability of the counts under a multinomial whose shares follow a Dirichlet with the given parameters. */
export function logDirichletMarginal(counts: readonly number[], prior: readonly number[]): number {
  let total = 0;
  let priorTotal = 0;
  let sum = 0;
  for (const [group, count] of counts.entries()) {
    const alpha = prior[group] ?? 0;
    total += count;
    priorTotal += alpha;
    sum += logGamma(alpha + count) - logGamma(alpha) - logGamma(count + 1);
  }
  return sum + logGamma(total + 1) + logGamma(priorTotal) - logGamma(priorTotal + total);
}

function requireShares(counts: readonly number[], shares: readonly number[]): void {
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (counts.length !== shares.length || !shares.every((share) => share > 0) || Math.abs(total - 1) > 1e-9) {
    throw new RangeError('Every group needs a share above 0, and the shares must sum to 1.');
  }
  if (!counts.every((count) => Number.isInteger(count) && count >= 0))
    throw new RangeError('Counts are whole numbers.');
}
