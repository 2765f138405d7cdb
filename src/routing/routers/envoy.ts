import { headerSteps } from '../../assignment/schemes/envoy.ts';
import type { RouteTarget } from '../route-target.ts';

/** The header that carries a user's bucket. */
export const bucketHeader = 'x-canary-bucket';

/** The action of a route of Envoy. With the bucket in a header it takes the users who are judged, without one each request by chance. */
export const envoy: RouteTarget = {
  names: {},
  sides: { cluster: 'needed' },
  total: headerSteps,
  exposes: 'random',
  text: 'yaml',
  render({ assignment }, route, shares) {
    const clusters = (['candidate', 'baseline'] as const).map((role) => ({
      name: route[role].cluster,
      weight: shares[role],
    }));
    const header = assignment.scheme === 'envoy' ? { header_name: bucketHeader } : {};
    return { document: { weighted_clusters: { ...header, clusters } } };
  },
};
