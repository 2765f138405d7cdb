import { listening } from '../../fixtures/listening.ts';
import { createServer } from 'node:http';

/** How often a native histogram of one version had counted what, by a time in seconds since 1970. */
export interface NativeSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Buckets grow by the factor 2^(2^-schema). */
  readonly schema: number;
  readonly samples: readonly {
    readonly at: number;
    readonly sum: number;
    /** Values from one power of that factor, excluded, to the next, included, by the exponent of the upper one. */
    readonly counts: Readonly<Record<number, number>>;
  }[];
}

/** The content type that Prometheus asks native histograms for. */
const protobuf = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

/** Serves native histograms as an exporter does, all samples at once with their times. @returns its port, and what ends it */
export async function exportNative(series: readonly NativeSeries[]): Promise<{ port: number; stop: () => void }> {
  const names = [...new Set(series.map(({ name }) => name))];
  const families = names.map((name) => {
    const metrics = series.filter((each) => each.name === name).flatMap(metricsOf);
    return delimited([text(1, name), number(3, 4n), ...metrics.map((metric) => field(4, metric))]);
  });
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': protobuf }).end(Buffer.concat(families)),
  );
  const url = await listening(server);
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { port: Number(new URL(url).port), stop };
}

/** Messages of github.com/prometheus/client_model: Metric, LabelPair, Histogram, BucketSpan. */
function metricsOf({ labels, schema, samples }: NativeSeries): Buffer[] {
  const pairs = Object.entries(labels).map(([name, value]) => field(1, Buffer.concat([text(1, name), text(2, value)])));
  return samples.map(({ at, sum, counts }) => {
    const indexes = Object.keys(counts)
      .map(Number)
      .toSorted((one, other) => one - other);
    const values = indexes.map((index) => counts[index] ?? 0);
    const spans = indexes.map((index, place) => {
      const last = indexes[place - 1];
      const offset = last === undefined ? index : index - last - 1;
      return field(12, Buffer.concat([number(1, zigzag(offset)), number(2, 1n)]));
    });
    const deltas = values.map((value, place) => number(13, zigzag(value - (values[place - 1] ?? 0))));
    const histogram = Buffer.concat([
      number(1, BigInt(values.reduce((all, value) => all + value, 0))),
      double(2, sum),
      number(5, zigzag(schema)),
      double(6, 1e-9),
      number(7, 0n),
      ...spans,
      ...deltas,
    ]);
    return Buffer.concat([...pairs, number(6, BigInt(at) * 1000n), field(7, histogram)]);
  });
}

function zigzag(value: number): bigint {
  return BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left >>= 7n) {
    const low = Number(left & 127n);
    if (left < 128n) return Buffer.from([...bytes, low]);
    bytes.push(low | 128);
  }
}

function number(tag: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt(tag << 3)), varint(value)]);
}

function double(tag: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint(BigInt((tag << 3) | 1)), bytes]);
}

function field(tag: number, body: Buffer): Buffer {
  return Buffer.concat([varint(BigInt((tag << 3) | 2)), varint(BigInt(body.length)), body]);
}

function text(tag: number, value: string): Buffer {
  return field(tag, Buffer.from(value, 'utf8'));
}

function delimited(parts: readonly Buffer[]): Buffer {
  const message = Buffer.concat(parts);
  return Buffer.concat([varint(BigInt(message.length)), message]);
}
