import type { RoutingTarget } from '../../src/domain/exposure/routing.ts';

/** A route of each target as a plan has it, and the assignment that it needs. */
export const exampleRoutes: Readonly<Record<RoutingTarget, { readonly route: string; readonly assignment?: string }>> =
  {
    flagd: { route: '', assignment: '{ scheme: flagd, flag: intent-model }' },
    unleash: { route: '', assignment: '{ scheme: unleash, flag: intent-model }' },
    growthbook: { route: '', assignment: '{ scheme: growthbook, flag: intent-model, salt: seed, hashVersion: 2 }' },
    launchdarkly: { route: '', assignment: '{ scheme: launchdarkly, flag: intent-model, salt: abc123 }' },
    optimizely: { route: '', assignment: '{ scheme: optimizely, flag: "10042" }' },
    'gateway-api': {
      route:
        'service: intent, gateway: public, baseline: { service: intent-v1, port: 8080 }, candidate: { service: intent-v2, port: 8080 }',
    },
    istio: { route: 'service: intent, namespace: models, baseline: { subset: stable }, candidate: { subset: canary }' },
    nginx: {
      route: 'baseline: { upstream: stable }, candidate: { upstream: canary }',
      assignment: '{ scheme: nginx }',
    },
    'nginx-njs': { route: 'header: X-Account, baseline: { upstream: stable }, candidate: { upstream: canary }' },
    haproxy: {
      route: 'frontend: intent, bind: ":8080", baseline: { backend: stable }, candidate: { backend: canary }',
      assignment: '{ scheme: haproxy, seed: 61 }',
    },
    kserve: {
      route:
        'service: intent, modelFormat: onnx, baseline: { storageUri: "s3://m/1" }, candidate: { storageUri: "s3://m/2" }',
    },
    sagemaker: { route: 'endpoint: intent, baseline: { variant: stable }, candidate: { variant: canary }' },
    envoy: { route: 'baseline: { cluster: stable }, candidate: { cluster: canary }', assignment: '{ scheme: envoy }' },
    'argo-rollouts': {
      route: 'service: intent, candidate: { service: intent-canary }, baseline: { service: intent-stable }',
    },
    flagger: { route: 'service: intent, candidate: { port: 8080 }' },
  };

/** The example as an item of a plan's `routing`. */
export function routeItem(target: RoutingTarget, file = `deploy/${target}`): string {
  const { route } = exampleRoutes[target];
  return `{ target: ${target}, file: ${file}${route === '' ? '' : `, ${route}`} }`;
}
