import type { Route } from '../../domain/exposure/routing.ts';
import type { RouteTarget } from '../route-target.ts';

const million = 1_000_000;

function metadata({ names }: Route): object {
  const { service = '', namespace } = names;
  return { name: service, ...(namespace === undefined ? {} : { namespace }) };
}

/** An HTTPRoute of the Gateway API: the share is a weight over the sum of weights, each at most a million. */
export const gatewayApi: RouteTarget = {
  names: { service: 'needed', gateway: 'needed', namespace: 'optional', host: 'optional' },
  sides: { service: 'needed', port: 'needed' },
  kubernetes: true,
  total: million,
  largestTotal: million,
  exposes: 'random',
  text: 'yaml',
  render(_facts, route, shares) {
    const { gateway = '', host } = route.names;
    const backendRefs = (['candidate', 'baseline'] as const).map((role) => ({
      name: route[role].service,
      port: Number(route[role].port),
      weight: shares[role],
    }));
    const hostnames = host === undefined ? {} : { hostnames: [host] };
    return {
      document: {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: metadata(route),
        spec: { parentRefs: [{ name: gateway }], ...hostnames, rules: [{ backendRefs }] },
      },
    };
  },
};

/** A VirtualService of Istio. Its weights sum up to 100 in every release; since 2022 any sum above 0 will do. */
export const istio: RouteTarget = {
  names: { service: 'needed', namespace: 'optional', gateway: 'optional' },
  sides: { service: 'optional', subset: 'optional', port: 'optional' },
  kubernetes: true,
  total: 100,
  largestTotal: million,
  exposes: 'random',
  text: 'yaml',
  render(_facts, route, shares) {
    const { service = '', gateway } = route.names;
    const routes = (['candidate', 'baseline'] as const).map((role) => {
      const { service: host = service, subset, port } = route[role];
      const destination = {
        host,
        ...(subset === undefined ? {} : { subset }),
        ...(port === undefined ? {} : { port: { number: Number(port) } }),
      };
      return { destination, weight: shares[role] };
    });
    const gateways = gateway === undefined ? {} : { gateways: [gateway] };
    return {
      document: {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: metadata(route),
        spec: { hosts: [service], ...gateways, http: [{ route: routes }] },
      },
    };
  },
};

/** An InferenceService of KServe, which splits between the last revision that was rolled out and the newest one. */
export const kserve: RouteTarget = {
  names: { service: 'needed', modelFormat: 'needed', namespace: 'optional' },
  sides: { storageUri: 'needed' },
  kubernetes: true,
  total: 100,
  exposes: 'random',
  text: 'yaml',
  render({ weight }, route, shares) {
    const { modelFormat = '' } = route.names;
    const model = { modelFormat: { name: modelFormat }, storageUri: route.candidate.storageUri };
    // Without the field the newest revision takes everything and is the one that was rolled out.
    const percent = weight === 1 ? {} : { canaryTrafficPercent: shares.candidate };
    return {
      document: {
        apiVersion: 'serving.kserve.io/v1beta1',
        kind: 'InferenceService',
        metadata: metadata(route),
        spec: { predictor: { ...percent, model } },
      },
    };
  },
};

/** A Rollout of Argo: its steps are the plan's stages, each of which waits to be let on. */
export const argoRollouts: RouteTarget = {
  names: { service: 'needed', namespace: 'optional' },
  sides: { service: 'optional' },
  kubernetes: true,
  total: 100,
  exposes: 'random',
  text: 'yaml',
  render({ stages }, route) {
    const weights = stages.map(({ weight }) => Math.round(weight * 100)).filter((weight) => weight > 0 && weight < 100);
    const [canaryService, stableService] = [route.candidate.service, route.baseline.service];
    const services = {
      ...(canaryService === undefined ? {} : { canaryService }),
      ...(stableService === undefined ? {} : { stableService }),
    };
    const steps = weights.flatMap((setWeight) => [{ setWeight }, { pause: {} }]);
    return {
      document: {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Rollout',
        metadata: metadata(route),
        spec: { strategy: { canary: { ...services, steps } } },
      },
    };
  },
};

/** A Canary of Flagger: its steps are the plan's stages. */
export const flagger: RouteTarget = {
  names: { service: 'needed', namespace: 'optional' },
  sides: { port: 'optional' },
  kubernetes: true,
  total: 100,
  exposes: 'random',
  text: 'yaml',
  render({ stages }, route) {
    const { service = '' } = route.names;
    const stepWeights = stages
      .map(({ weight }) => Math.round(weight * 100))
      .filter((weight) => weight > 0 && weight < 100);
    return {
      document: {
        apiVersion: 'flagger.app/v1beta1',
        kind: 'Canary',
        metadata: metadata(route),
        spec: {
          targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: service },
          service: { port: Number(route.candidate.port ?? 80) },
          analysis: { interval: '1m', threshold: 1, stepWeights },
        },
      },
    };
  },
};
