import type { Assignment, SchemeName } from '../domain/exposure/assignment.ts';
import type { Bucketer, Scheme } from './scheme.ts';
import { envoy } from './schemes/envoy.ts';
import { flagd, flagdCbor, flagdLegacy } from './schemes/flagd.ts';
import { growthbook } from './schemes/growthbook.ts';
import { haproxy } from './schemes/haproxy.ts';
import { launchdarkly } from './schemes/launchdarkly.ts';
import { md5 } from './schemes/md5.ts';
import { murmur3 } from './schemes/murmur3.ts';
import { nginx } from './schemes/nginx.ts';
import { optimizely } from './schemes/optimizely.ts';
import { unleash } from './schemes/unleash.ts';

/** Every scheme that a plan may name. */
export const schemes: Readonly<Record<SchemeName, Scheme>> = {
  murmur3,
  md5,
  flagd,
  'flagd-legacy': flagdLegacy,
  'flagd-cbor': flagdCbor,
  unleash,
  growthbook,
  launchdarkly,
  optimizely,
  nginx,
  haproxy,
  envoy,
};

/** The buckets that a plan's assignment gives; the same on every machine and in every version of canary. */
export function bucketerOf(assignment: Assignment): Bucketer {
  return schemes[assignment.scheme].bucketer(assignment);
}

/** Into how many equal steps a plan's assignment divides weights; undefined where it takes any. */
export function stepsOf(assignment: Assignment): number | undefined {
  return schemes[assignment.scheme].steps(assignment);
}
