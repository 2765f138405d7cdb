import type { CountedSeries, Sample } from './counted-series.ts';
import { asClassic, beganAnew, type NativeHistogram, type NativeSnapshots } from './native-histogram.ts';
import type { AnsweredSeries } from './prometheus-call.ts';

/** Reads the samples of counters one answer after the other, the earliest first. */
export class CounterReading {
  readonly #beginMs: number;
  readonly #series = new Map<string, Counting>();

  /** @param beginMs of the window; samples up to it tell only where the counters stood. */
  constructor(beginMs: number) {
    this.#beginMs = beginMs;
  }

  add(answer: readonly AnsweredSeries[]): void {
    for (const { labels, samples, histograms = [] } of answer) {
      const key = JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
      const counting = this.#series.get(key) ?? newCounting(labels);
      this.#series.set(key, counting);
      for (const sample of samples) this.#addSample(counting, sample);
      for (const [at, histogram] of histograms) this.#addSample(counting, [at, histogram.count], histogram);
    }
  }

  #addSample(counting: Counting, sample: Sample, histogram?: NativeHistogram): void {
    const [at, value] = sample;
    const { latest, natives } = counting;
    // Two answers that follow on each other share an edge, and versions of Prometheus differ in whose it is.
    if (latest !== undefined && at <= latest[0]) return;
    counting.latest = sample;
    const latestNative = natives.latest;
    natives.latest = histogram;
    if (!Number.isFinite(value) || value < 0) counting.notCounted ??= String(value);
    if (at <= this.#beginMs) {
      counting.before = sample;
      natives.before = histogram;
      return;
    }
    if (latest !== undefined) {
      const step = at - latest[0];
      counting.steps.set(step, (counting.steps.get(step) ?? 0) + 1);
      if (step > counting.longest[1] - counting.longest[0]) counting.longest = [latest[0], at];
      const isNew = histogram !== undefined && latestNative !== undefined && beganAnew(latestNative, histogram);
      if (value < latest[1] || isNew) {
        counting.resets.push({ atMs: at, lost: latest[1] });
        if (latestNative !== undefined) natives.lost.push(latestNative);
      }
    }
    counting.first ??= sample;
    natives.first ??= histogram;
    counting.samples += 1;
  }

  /** The series that have a sample in the window, in the order of their labels; native histograms as classic ones. */
  counted(): readonly CountedSeries[] {
    const inOrder = [...this.#series].toSorted(([left], [right]) => (left < right ? -1 : 1));
    const all = inOrder.flatMap(([, counting]) => {
      const series = countedOf(counting);
      return series === undefined ? [] : [{ series, snapshots: snapshotsOf(counting) }];
    });
    const natives = all.flatMap(({ series, snapshots }) => (snapshots === undefined ? [] : [{ series, snapshots }]));
    return [
      ...all.flatMap(({ series, snapshots }) => (snapshots === undefined ? [series] : [])),
      ...asClassic(natives),
    ];
  }
}

function countedOf(counting: Counting): CountedSeries | undefined {
  const { first, latest: last, before, steps, longest, notCounted, labels, samples, resets } = counting;
  if (first === undefined || last === undefined) return undefined;
  return {
    labels,
    ...(before === undefined ? {} : { before }),
    first,
    last,
    samples,
    resets,
    ...(steps.size === 0 ? {} : { intervalMs: usual(steps), gap: { fromMs: longest[0], toMs: longest[1] } }),
    ...(notCounted === undefined ? {} : { notCounted }),
  };
}

/** Undefined of what is no native histogram from end to end. */
function snapshotsOf({ natives: { before, first, latest: last, lost } }: Counting): NativeSnapshots | undefined {
  if (first === undefined || last === undefined) return undefined;
  return { ...(before === undefined ? {} : { before }), first, last, lost };
}

interface Counting {
  readonly labels: Readonly<Record<string, string>>;
  before?: Sample;
  first?: Sample;
  latest?: Sample;
  samples: number;
  readonly resets: { atMs: number; lost: number }[];
  readonly steps: Map<number, number>;
  longest: readonly [number, number];
  notCounted?: string;
  /** The same of native histograms, whose samples are their counts. */
  readonly natives: {
    before?: NativeHistogram | undefined;
    first?: NativeHistogram | undefined;
    latest?: NativeHistogram | undefined;
    readonly lost: NativeHistogram[];
  };
}

function newCounting(labels: Readonly<Record<string, string>>): Counting {
  return { labels, samples: 0, resets: [], steps: new Map(), longest: [0, 0], natives: { lost: [] } };
}

/** The median. */
function usual(steps: ReadonlyMap<number, number>): number {
  const all = [...steps.values()].reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [step, count] of [...steps].toSorted(([left], [right]) => left - right)) {
    seen += count;
    if (2 * seen >= all) return step;
  }
  return 0;
}
