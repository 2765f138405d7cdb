import type { Route } from '../../domain/exposure/routing.ts';
import type { RouteTarget, Shares } from '../route-target.ts';

/** What UpdateEndpointWeightsAndCapacities takes. */
export interface EndpointWeights {
  readonly EndpointName: string;
  readonly DesiredWeightsAndCapacities: readonly { readonly VariantName: string; readonly DesiredWeight: number }[];
}

/**
 * The weights of an endpoint. Both variants are listed, since one that is left out keeps its weight; how many machines each has is not
 * canary's affair.
 */
export function endpointWeights({ names, ...route }: Route, shares: Shares): EndpointWeights {
  const variants = (['candidate', 'baseline'] as const).map((role) => ({
    VariantName: route[role].variant ?? '',
    DesiredWeight: shares[role] / shares.total,
  }));
  return { EndpointName: names.endpoint ?? '', DesiredWeightsAndCapacities: variants };
}

export const sagemaker: RouteTarget = {
  names: { endpoint: 'needed', region: 'optional' },
  sides: { variant: 'needed' },
  callable: true,
  pattern: { is: /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}$/u, hint: 'write at most 63 letters, digits and hyphens' },
  total: 1_000_000,
  exposes: 'random',
  text: 'json',
  render: (_facts, route, shares) => ({ document: endpointWeights(route, shares) }),
};
