import type { RemoteAccess } from '../http/access.ts';
import { CounterReading } from './counter-reading.ts';
import type { CountWindow } from './increase.ts';
import { askPrometheus, type PrometheusServer } from './prometheus-call.ts';
import type { CounterAnswer, ValueAnswer } from './server-answers.ts';

/** Whom to ask, and as whom. */
export interface AskedServer {
  readonly access: RemoteAccess;
  readonly server: PrometheusServer;
  readonly signal: AbortSignal;
  /** Told by each answer by how much the server's clock is ahead of this machine's, in ms. */
  readonly onClock?: (aheadMs: number) => void;
}

/** A counter without a sample for so long is taken for gone by Prometheus, in ms. */
const lookbackMs = 300_000;
/** So many samples are read with one answer, some 25 MB; and so many at all. */
const samplesAtOnce = 1_000_000;
const mostSamples = 100_000_000;

/**
 * Reads every sample of the counters that a selector finds in a window, in as many answers as it takes. Nothing is extrapolated to the window's edges, as
 * `increase()` does.
 */
export async function askCounters(
  asked: AskedServer,
  selector: string,
  { beginMs, endMs }: CountWindow,
): Promise<CounterAnswer> {
  const ask = async (query: string, atMs: number) => await askAt(asked, query, atMs);
  const fromMs = beginMs - lookbackMs;
  const counted = await ask(`sum(count_over_time(${selector}[${rangeText(endMs - fromMs)}]))`, endMs);
  const samples = counted.series[0]?.samples[0]?.[1] ?? 0;
  if (samples > mostSamples) {
    const tooMany = `${selector} has ${samples} samples in the window, more than can be read: shorten the window, or name the series of a recording rule that sums them`;
    return { series: [], warnings: counted.warnings, tooMany };
  }
  const answers = Math.max(1, Math.ceil(samples / samplesAtOnce));
  const stepMs = Math.ceil((endMs - fromMs) / answers / 1000) * 1000;
  const reading = new CounterReading(beginMs);
  const warnings = new Set(counted.warnings);
  for (let from = fromMs; from < endMs; from += stepMs) {
    const to = Math.min(from + stepMs, endMs);
    const answer = await ask(`${selector}[${rangeText(to - from)}]`, to);
    reading.add(answer.series);
    for (const warning of answer.warnings) warnings.add(warning);
  }
  return { series: reading.counted(), warnings: [...warnings] };
}

/** Asks for the numbers that an expression has at the end of a window. */
export async function askValues(
  asked: AskedServer,
  query: string,
  { beginMs, endMs }: CountWindow,
): Promise<ValueAnswer> {
  const text = query.replaceAll('$window', rangeText(endMs - beginMs));
  const { series, warnings } = await askAt(asked, text, endMs);
  return { values: series.map(({ labels, samples }) => ({ labels, value: String(samples.at(-1)?.[1]) })), warnings };
}

async function askAt({ access, server, signal, onClock }: AskedServer, query: string, atMs: number) {
  const answer = await askPrometheus(access, server, query, new Date(atMs), signal);
  if (answer.aheadMs !== undefined) onClock?.(answer.aheadMs);
  return answer;
}

function rangeText(ms: number): string {
  return `${Math.round(ms / 1000)}s`;
}
