import type { RouteTarget } from '../route-target.ts';

/**
 * What UpdateEndpointWeightsAndCapacities takes. Both variants are listed, since one that is left out keeps its weight; how many
 * machines each has is not canary's affair.
 */
export const sagemaker: RouteTarget = {
  names: { endpoint: 'needed' },
  sides: { variant: 'needed' },
  total: 1_000_000,
  exposes: 'random',
  text: 'json',
  render(_facts, route, shares) {
    const variants = (['candidate', 'baseline'] as const).map((role) => ({
      VariantName: route[role].variant,
      DesiredWeight: shares[role] / shares.total,
    }));
    return { document: { EndpointName: route.names.endpoint, DesiredWeightsAndCapacities: variants } };
  },
};
