import { type Uncomputable, uncomputable } from './result.ts';
import { columnTotals, requestTotals, type Sample } from './sample.ts';

/** One proportion, and what its correlated requests are worth as independent ones. */
export interface Proportion {
  readonly kind: 'proportion';
  /** Share of requests that are events, in [0, 1]. */
  readonly value: number;
  readonly units: number;
  readonly requests: number;
  readonly effectiveUnits: number;
  readonly clusterSize: number;
  /** How many requests count as one, at least 1. */
  readonly designEffect: number;
  /** Events and requests divided by the design effect; not whole numbers. */
  readonly effectiveEvents: number;
  readonly effectiveRequests: number;
}

/** Weight, in units with an event, of the assumption that requests of one unit agree entirely. */
const priorUnits = 5;

/**
 * Estimates one proportion with its design effect. The plug-in design effect d (variance between units over the binomial's) knows
 * nothing while events are few, and then takes one user's ten errors for ten errors. So the intra-unit
 * correlation (d - 1) / (m_w - 1) is shrunk towards 1 by the weight of five units: rho = (A * clip(.., 0, 1) + 5) / (A + 5), where A counts the units
 * that have the rarer of the two outcomes, and the design effect is 1 + (m_w - 1) rho (Kish 1965).
 * @param sample requests and events per unit; events between 0 and the requests.
 */
export function proportion(sample: Sample): Proportion | Uncomputable {
  const totals = requestTotals(sample.requests);
  if (totals.kind === 'uncomputable') return totals;
  const column = columnTotals(sample.requests, sample.sum);
  if (column.kind === 'uncomputable') return column;
  const value = column.sum / totals.requests;
  let unitsWithEvent = 0;
  let unitsWithout = 0;
  let squares = 0;
  let pairProducts = 0;
  let pairs = 0;
  for (let unit = 0; unit < sample.requests.length; unit += 1) {
    const requests = sample.requests[unit] ?? 0;
    const events = sample.sum[unit] ?? 0;
    if (events < 0 || events > requests)
      return uncomputable('a unit has more events than requests, or fewer than none');
    if (events > 0) unitsWithEvent += 1;
    if (events < requests) unitsWithout += 1;
    const residual = events - value * requests;
    squares += residual * residual;
    if (requests > 1) {
      // Products of the deviations of two different requests, each unit with the weight of its requests.
      const own = events * (1 - value) ** 2 + (requests - events) * value ** 2;
      pairProducts += (residual * residual - own) / (requests - 1);
      pairs += requests;
    }
  }

  const binomialVariance = value * (1 - value) * totals.requests;
  const excess =
    binomialVariance > 0 && totals.clusterSize > 1
      ? ((totals.units / (totals.units - 1)) * (squares / binomialVariance) - 1) / (totals.clusterSize - 1)
      : 1;
  const pairwise = pairs > 0 && value > 0 && value < 1 ? pairProducts / (pairs * value * (1 - value)) : 1;
  const informative = Math.min(unitsWithEvent, unitsWithout);
  const correlation =
    (informative * Math.min(1, Math.max(0, excess, pairwise)) + priorUnits) / (informative + priorUnits);
  const designEffect = 1 + Math.max(0, totals.clusterSize - 1) * correlation;
  return {
    kind: 'proportion',
    value,
    units: totals.units,
    requests: totals.requests,
    effectiveUnits: totals.effectiveUnits,
    clusterSize: totals.clusterSize,
    designEffect,
    effectiveEvents: column.sum / designEffect,
    effectiveRequests: totals.requests / designEffect,
  };
}
