import { unusableFile } from '../../domain/errors.ts';
import { isJsonObject, type JsonObject, listOf } from '../../domain/remote/json-answer.ts';
import type { RemoteAccess } from '../http/access.ts';
import { call } from '../http/call.ts';
import type { NativeHistogram } from './native-histogram.ts';

/** A server that answers as Prometheus does, and how one logs in. */
export interface PrometheusServer {
  /** Without `/api/v1`. */
  readonly url: string;
  /** Where the plan says so, as `requests` or `sources.prom`. */
  readonly place: string;
  /** The header `Authorization`. */
  readonly authorization?: string;
  /** What must be printed nowhere. */
  readonly secrets: readonly string[];
  /** For one answer, in ms; that of every call where absent. */
  readonly timeoutMs?: number;
}

/** A series as it was answered. Times in ms since 1970. */
export interface AnsweredSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [atMs: number, value: number])[];
  /** Of a native histogram, whose samples are not numbers. */
  readonly histograms?: readonly (readonly [atMs: number, histogram: NativeHistogram])[];
}

export interface PrometheusAnswer {
  readonly series: readonly AnsweredSeries[];
  /** What the server says of the answer, such as that a part of its data could not be had. */
  readonly warnings: readonly string[];
  /** By how much its clock is ahead of this machine's, in ms; undefined where it did not tell. */
  readonly aheadMs?: number | undefined;
}

/** The server understood the question and found it wrong. */
export class WrongQuery extends Error {
  override readonly name = 'WrongQuery';
}

/**
 * Asks for the value of an expression at a time.
 * @throws WrongQuery where the expression is none; UserError (exit 5) where there is no answer
 */
export async function askPrometheus(
  access: RemoteAccess,
  server: PrometheusServer,
  query: string,
  at: Date,
  signal: AbortSignal,
): Promise<PrometheusAnswer> {
  const what = `${server.place}.url: the metrics server ${new URL(server.url).host}`;
  const url = new URL(`${server.url.replace(/\/+$/u, '')}/api/v1/query`);
  url.searchParams.set('query', query);
  url.searchParams.set('time', String(at.getTime() / 1000));
  const { status, body, aheadMs } = await call(access, {
    method: 'GET',
    url: url.href,
    what,
    headers: {
      accept: 'application/json',
      ...(server.authorization === undefined ? {} : { authorization: server.authorization }),
    },
    signal,
    ...(server.timeoutMs === undefined ? {} : { timeoutMs: server.timeoutMs }),
  });
  return { ...answerOf(what, server, status, body.toString('utf8')), aheadMs };
}

function answerOf(what: string, { place, secrets }: PrometheusServer, status: number, text: string): PrometheusAnswer {
  if (status === 401 || status === 403) {
    throw unusableFile(`${what} refuses this token or password (status ${status})`, {
      hint: 'Write token: { env: NAME }, or user and password, and check that the variable holds the right one.',
    });
  }
  const answer = parsed(text);
  const said = withoutSecrets(textOf(answer?.['error']), secrets);
  if (answer?.['status'] === 'error' && isWrongQuery(status, textOf(answer['errorType']), said)) {
    throw new WrongQuery(said);
  }
  if (status >= 300 || answer?.['status'] === 'error') {
    throw unusableFile(`${what} answered with status ${status}${said === '' ? '' : `: ${said}`}`, {
      hint:
        status === 404
          ? `Is the path in ${place}.url right? canary adds /api/v1/query to it.`
          : 'Nothing was decided. Run the command again once it answers.',
    });
  }
  const data = answer?.['data'];
  if (answer?.['status'] !== 'success' || !isJsonObject(data)) {
    throw unusableFile(`${what} did not answer as Prometheus does`, {
      hint: 'Write the address to which /api/v1/query is added, such as http://prometheus:9090.',
    });
  }
  const partial = answer['isPartial'] === true ? ['the answer is partial'] : [];
  const warnings = listOf(answer['warnings']).map((each) => withoutSecrets(String(each), secrets));
  return { series: seriesOf(data), warnings: [...warnings, ...partial] };
}

/** Prometheus says `bad_data`; VictoriaMetrics gives the status as the type, and says in words that it could not parse. */
function isWrongQuery(status: number, type: string, said: string): boolean {
  return (
    type === 'bad_data' ||
    ((status === 400 || status === 422) && /pars|unexpected|unsupported|unknown func/iu.test(said))
  );
}

function seriesOf(data: JsonObject): readonly AnsweredSeries[] {
  const { resultType, result } = data;
  if (resultType === 'scalar') return [{ labels: {}, samples: samplesOf([result]) }];
  return listOf(result)
    .filter(isJsonObject)
    .map((each) => {
      const values = each['values'] ?? (each['value'] === undefined ? [] : [each['value']]);
      const histograms = histogramsOf(
        each['histograms'] ?? (each['histogram'] === undefined ? [] : [each['histogram']]),
      );
      return {
        labels: labelsOf(each['metric']),
        samples: samplesOf(listOf(values)),
        ...(histograms.length === 0 ? {} : { histograms }),
      };
    });
}

function labelsOf(metric: unknown): Readonly<Record<string, string>> {
  if (!isJsonObject(metric)) return {};
  return Object.fromEntries(Object.entries(metric).map(([name, value]) => [name, String(value)]));
}

function samplesOf(values: readonly unknown[]): AnsweredSeries['samples'] {
  return values.flatMap((pair) => {
    if (!Array.isArray(pair)) return [];
    const [at, value]: readonly unknown[] = pair;
    return [[Math.round(Number(at) * 1000), numberOf(String(value))] as const];
  });
}

function histogramsOf(values: unknown): NonNullable<AnsweredSeries['histograms']> {
  return listOf(values).flatMap((pair) => {
    const [at, histogram]: readonly unknown[] = Array.isArray(pair) ? pair : [];
    if (!isJsonObject(histogram)) return [];
    const buckets = listOf(histogram['buckets']).flatMap((bucket) => {
      // The first says which ends belong to it: of values that are measured all but the upper one are none's.
      const [, above, to, count]: readonly unknown[] = Array.isArray(bucket) ? bucket : [];
      return [{ above: numberOf(String(above)), to: numberOf(String(to)), count: numberOf(String(count)) }];
    });
    const [count, sum] = [histogram['count'], histogram['sum']].map((value) => numberOf(String(value)));
    return [[Math.round(Number(at) * 1000), { count: count ?? Number.NaN, sum: sum ?? Number.NaN, buckets }] as const];
  });
}

function numberOf(text: string): number {
  return Number(text.replace(/^([+-]?)Inf$/u, '$1Infinity'));
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  const [line = ''] = text.split('\n');
  return secrets.reduce((left, secret) => left.replaceAll(secret, '***'), line).slice(0, 500);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
