import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';

const users = 520;
/** The labels of the starter's classifier. */
export const starterIntents: readonly string[] = ['track-order', 'refund', 'change-address', 'speak-to-agent'];
const locales = ['en-US', 'en-US', 'de-DE', 'fr-FR'];
const start = Date.UTC(2026, 0, 5);
const day = 86_400_000;

/**
 * The starter's request log: JSON lines with the recorded outcomes of two versions, the same at every call. The candidate
 * is a little quicker and a little better, and the log is long enough to show it.
 */
export function starterLog(baseline: string, candidate: string): string {
  const generator = xoroshiro128plus(20_260_105);
  const uniform = () => uniformFloat64(generator);
  const pick = <T>(values: readonly T[]): T => {
    const value = values[Math.floor(uniform() * values.length)];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  };
  const records: { at: number; line: (id: string) => string }[] = [];
  for (let user = 1; user <= users; user += 1) {
    const locale = pick(locales);
    const pace = 0.8 + 0.4 * uniform();
    const requests = 1 + Math.floor(uniform() * 4);
    for (let request = 0; request < requests; request += 1) {
      const at = start + Math.floor(uniform() * 2 * day);
      const label = pick(starterIntents);
      // What one version finds hard, the other mostly does too.
      const difficulty = uniform();
      const mistaken = pick(starterIntents.filter((intent) => intent !== label));
      const wait = pace * (25 + 20 * uniform() ** 3 * 4);
      const record = {
        timestamp: new Date(at).toISOString(),
        user_id: `user${user}`,
        context: { locale },
        label,
        outcomes: {
          [baseline]: outcome(wait, difficulty < 0.9 ? label : mistaken, uniform),
          [candidate]: outcome(wait * (0.9 + 0.08 * uniform()), difficulty < 0.94 ? label : mistaken, uniform),
        },
      };
      records.push({ at, line: (id) => JSON.stringify({ request_id: id, ...record }) });
    }
  }
  return records
    .toSorted((a, b) => a.at - b.at)
    .map(({ line }, index) => `${line(`r${String(index + 1).padStart(4, '0')}`)}\n`)
    .join('');
}

function outcome(latencyMs: number, prediction: string, uniform: () => number) {
  const latency_ms = Number(latencyMs.toFixed(1));
  return uniform() < 0.001 ? { latency_ms, error: 'timeout' } : { latency_ms, prediction };
}
