import type { RoutingTarget } from '../domain/exposure/routing.ts';
import { flagd, growthbook, launchdarkly, optimizely, unleash } from './flags/flags.ts';
import { argoRollouts, flagger, gatewayApi, istio, kserve } from './kubernetes/objects.ts';
import type { RouteTarget } from './route-target.ts';
import { envoy } from './routers/envoy.ts';
import { haproxy } from './routers/haproxy.ts';
import { nginx, nginxNjs } from './routers/nginx.ts';
import { sagemaker } from './routers/sagemaker.ts';

/** Everything that canary can tell where traffic goes. */
export const routeTargets: Readonly<Record<RoutingTarget, RouteTarget>> = {
  flagd,
  unleash,
  growthbook,
  launchdarkly,
  optimizely,
  'gateway-api': gatewayApi,
  istio,
  nginx,
  'nginx-njs': nginxNjs,
  haproxy,
  kserve,
  sagemaker,
  envoy,
  'argo-rollouts': argoRollouts,
  flagger,
};
