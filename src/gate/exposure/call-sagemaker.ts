import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsClient } from 'aws4fetch';
import { messageOf } from '../../domain/errors.ts';
import { isRegion, type Route } from '../../domain/exposure/routing.ts';
import { sharesOf } from '../../routing/render-route.ts';
import type { RouteFacts } from '../../routing/route-target.ts';
import { type EndpointWeights, endpointWeights } from '../../routing/routers/sagemaker.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import type { World } from '../world.ts';
import { routeFacts } from './route-facts.ts';

/** How long an endpoint may take to have its weights, and how often it is asked, in ms. */
export interface Patience {
  readonly limitMs: number;
  readonly pollMs: number;
}

/**
 * Asks the API of each target that the plan has canary call, one after the other.
 * @returns why one failed, after which no other was asked; undefined when all have the registry's weights
 */
export async function callRoutes(
  world: Pick<World, 'permissions' | 'signal'>,
  { routing = [], ...plan }: RolloutPlan,
  registry: ModelRegistry,
  patience?: Patience,
): Promise<string | undefined> {
  for (const route of routing.filter(({ apply }) => apply === true)) {
    const failure = await callSagemaker(world, routeFacts(plan, registry), route, patience);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** SageMaker takes minutes at most; what takes longer is stuck. */
const untilInService: Patience = { limitMs: 600_000, pollMs: 5_000 };

const callTimeoutMs = 30_000;
const tries = 3;

/**
 * Sets the weights of a SageMaker endpoint (UpdateEndpointWeightsAndCapacities), and waits until it is in service with them. Credentials are
 * the environment's alone and are taken out of whatever is told.
 * @returns why that failed; undefined once the endpoint has the weights
 */
async function callSagemaker(
  world: Pick<World, 'permissions' | 'signal'>,
  facts: RouteFacts,
  route: Route,
  patience: Patience = untilInService,
): Promise<string | undefined> {
  const { environment } = world.permissions;
  const place = placeOf(world, route);
  if ('failure' in place) return place.failure;
  const wanted = endpointWeights(route, sharesOf(facts, route));
  try {
    const api = await SagemakerApi.open(world, place);
    await api.call('UpdateEndpointWeightsAndCapacities', wanted);
    return await settled(api, wanted, patience);
  } catch (error) {
    return `sagemaker ${withoutSecrets(messageOf(error), environment)}`;
  }
}

interface Place {
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Whom to call as whom, by the environment's usual names. */
function placeOf({ permissions }: Pick<World, 'permissions'>, { names }: Route): Place | { readonly failure: string } {
  const { environment, hosts } = permissions;
  const first = (...keys: string[]) => keys.map((key) => environment[key]).find((value) => (value ?? '') !== '');
  const region = names.region ?? first('AWS_REGION', 'AWS_DEFAULT_REGION');
  if (region === undefined) return { failure: 'sagemaker has no region: write region:, or set AWS_REGION' };
  if (!isRegion(region)) return { failure: `sagemaker cannot be called: AWS_REGION ${region} is not a region` };
  const [accessKeyId, secretAccessKey] = [first('AWS_ACCESS_KEY_ID'), first('AWS_SECRET_ACCESS_KEY')];
  if (accessKeyId === undefined || secretAccessKey === undefined)
    return { failure: 'sagemaker cannot be called without AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY' };
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = first('AWS_ENDPOINT_URL_SAGEMAKER', 'AWS_ENDPOINT_URL') ?? `https://api.sagemaker.${region}.${domain}`;
  if (!URL.canParse(url)) return { failure: `sagemaker cannot be called: ${url} is not a URL` };
  const { host, hostname } = new URL(url);
  if (hosts !== undefined && !hosts.includes(host) && !hosts.includes(hostname))
    return { failure: `sagemaker would be called at ${host}, but no --allow-host names it` };
  const sessionToken = first('AWS_SESSION_TOKEN');
  return { url, region, accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

class SagemakerApi {
  readonly #client: AwsClient;
  readonly #url: string;
  readonly signal: AbortSignal;

  private constructor(client: AwsClient, url: string, signal: AbortSignal) {
    this.#client = client;
    this.#url = url;
    this.signal = signal;
  }

  static async open({ signal }: Pick<World, 'signal'>, { url, ...identity }: Place): Promise<SagemakerApi> {
    const aws4fetch = await import('aws4fetch');
    return new SagemakerApi(new aws4fetch.AwsClient({ ...identity, service: 'sagemaker', retries: 0 }), url, signal);
  }

  /** Calls again what was not answered, throttled or broken there: to set the same weights twice changes nothing. @throws Error */
  async call(action: string, body: object): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#callOnce(action, body);
      } catch (error) {
        if (attempt >= tries || this.signal.aborted || (error instanceof Refused && !error.mayPass)) throw error;
        await sleep(500 * attempt, undefined, { signal: this.signal });
      }
    }
  }

  async #callOnce(action: string, body: object): Promise<unknown> {
    const request = await this.#client.sign(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `SageMaker.${action}` },
      body: JSON.stringify(body),
    });
    const signal = AbortSignal.any([this.signal, AbortSignal.timeout(callTimeoutMs)]);
    // A redirect would carry the signature elsewhere.
    const response = await fetch(request, { signal, redirect: 'manual' });
    const text = await response.text();
    if (response.ok) return text === '' ? {} : JSON.parse(text);
    throw new Refused(`${action} was answered ${response.status}: ${errorTextOf(text)}`, response.status);
  }
}

class Refused extends Error {
  readonly mayPass: boolean;

  constructor(message: string, status: number) {
    super(message);
    this.mayPass = status === 429 || status >= 500 || /Throttling/u.test(message);
  }
}

/** What SageMaker says, as `TYPE: MESSAGE`, in at most 300 characters. */
function errorTextOf(text: string): string {
  const { __type: type, message, Message: told = message } = parsedOrEmpty(text);
  return [typeof type === 'string' ? type.replace(/^.*#/u, '') : '', typeof told === 'string' ? told : text]
    .filter((part) => part !== '')
    .join(': ')
    .replaceAll(/\s+/gu, ' ')
    .slice(0, 300);
}

function parsedOrEmpty(text: string): Record<string, unknown> {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Waits until the endpoint is in service, and holds its weights against those that were wanted. */
async function settled(
  api: SagemakerApi,
  wanted: EndpointWeights,
  { limitMs, pollMs }: Patience,
): Promise<string | undefined> {
  const until = Date.now() + limitMs;
  for (;;) {
    const found = fieldsOf(await api.call('DescribeEndpoint', { EndpointName: wanted.EndpointName }));
    const status = String(found['EndpointStatus']);
    if (status === 'InService') return otherWeights(wanted, found['ProductionVariants']);
    if (!/Updating|RollingBack|Creating/u.test(status)) return `sagemaker endpoint ${wanted.EndpointName} is ${status}`;
    if (Date.now() + pollMs > until)
      return `sagemaker endpoint ${wanted.EndpointName} is still ${status} after ${limitMs / 1000} s`;
    await sleep(pollMs, undefined, { signal: api.signal });
  }
}

/** Weights are 32-bit floats there. */
function otherWeights({ EndpointName, DesiredWeightsAndCapacities }: EndpointWeights, variants: unknown) {
  const has = new Map<string, number>();
  for (const variant of Array.isArray(variants) ? variants : []) {
    const { VariantName: name, CurrentWeight: weight } = fieldsOf(variant);
    if (typeof name === 'string') has.set(name, Number(weight));
  }
  const other = DesiredWeightsAndCapacities.find(
    ({ VariantName, DesiredWeight }) => !(Math.abs((has.get(VariantName) ?? Number.NaN) - DesiredWeight) <= 1e-6),
  );
  return other === undefined
    ? undefined
    : `sagemaker endpoint ${EndpointName} has ${String(has.get(other.VariantName))} for ${other.VariantName} instead of ${other.DesiredWeight}`;
}

/** An answer that quotes what was signed quotes the session's token too. */
function withoutSecrets(text: string, environment: Readonly<Record<string, string | undefined>>): string {
  return ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_ACCESS_KEY_ID'].reduce((shown, name) => {
    const secret = environment[name] ?? '';
    return secret === '' ? shown : shown.replaceAll(secret, `(${name})`);
  }, text);
}
