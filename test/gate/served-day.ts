import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';

const hour = 3_600_000;

/** What a router served during some hours, to users who each come once. */
export interface ServedDay {
  /** When it begins, ms since 1970. */
  readonly from: number;
  readonly users: number;
  /** The candidate's share of the users. */
  readonly weight: number;
  /** The share of right answers. */
  readonly right: Readonly<Record<'1.0.0' | '1.1.0', number>>;
  readonly hours?: number;
}

/** The requests of such hours, spread over them. */
export function servedDay({ from, users, weight, right, hours = 24 }: ServedDay): object[] {
  return Array.from({ length: users }, (_, index) => {
    const id = `${from}-${index}`;
    const version = murmur3Bucket('router', id) < weight ? '1.1.0' : '1.0.0';
    const isRight = murmur3Bucket('answer', id) < right[version];
    return {
      request_id: id,
      timestamp: new Date(from + Math.floor((index * hours * hour) / users)).toISOString(),
      user_id: id,
      served_by: version,
      latency_ms: 40,
      prediction: isRight ? 'a' : 'b',
      label: 'a',
    };
  });
}
