/** What moves traffic and is told by a file that canary can write. */
export const routingTargets = [
  'flagd',
  'unleash',
  'growthbook',
  'launchdarkly',
  'optimizely',
  'gateway-api',
  'istio',
  'nginx',
  'nginx-njs',
  'haproxy',
  'kserve',
  'sagemaker',
  'envoy',
  'argo-rollouts',
  'flagger',
] as const;
export type RoutingTarget = (typeof routingTargets)[number];

/** Whether a plan brings a change of the registry to whatever moves traffic. */
export function movesTraffic({
  routing,
  apply,
}: {
  readonly routing?: readonly Route[];
  readonly apply?: readonly string[];
}): boolean {
  return routing !== undefined || apply !== undefined;
}

/** Names that only the user knows; each target takes some of them. */
export const routeNames = [
  'service',
  'namespace',
  'gateway',
  'host',
  'header',
  'frontend',
  'bind',
  'variable',
  'endpoint',
  'region',
  'modelFormat',
] as const;
export type RouteName = (typeof routeNames)[number];

/** Names of one version's side. */
export const sideNames = [
  'service',
  'port',
  'subset',
  'upstream',
  'backend',
  'cluster',
  'variant',
  'storageUri',
] as const;
export type SideName = (typeof sideNames)[number];

/** Whether a name is one of a region of AWS, which becomes a part of a host's name. */
export function isRegion(name: string): boolean {
  return /^[a-z]{2,4}(?:-[a-z]{2,16}){1,3}-\d{1,2}$/u.test(name);
}

/** One place that traffic is moved in, as the plan describes it. */
export interface Route {
  readonly target: RoutingTarget;
  /** The file that promote, rollback and apply write, relative to the plan's folder. */
  readonly file?: string;
  /** Whether promote, rollback and apply ask the target's own API to set the weights. */
  readonly apply?: true;
  /** What the weights sum up to, where the target leaves that open. */
  readonly total?: number;
  readonly names: Readonly<Partial<Record<RouteName, string>>>;
  readonly baseline: Readonly<Partial<Record<SideName, string>>>;
  readonly candidate: Readonly<Partial<Record<SideName, string>>>;
}
