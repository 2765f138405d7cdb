import { writeFile } from 'node:fs/promises';
import { Random } from '../calibration/random.ts';
import { shuffled } from './shuffle.ts';
import type { SourceData } from './source-data.ts';

/** The busiest users ask this often; most ask once or twice. */
const mostRequestsPerUser = 20;
const tailExponent = 1;

/** One line of the log, in the fields that a plan expects unless it names others. */
export interface LoggedRequest {
  readonly request_id: string;
  readonly timestamp: string;
  readonly user_id: string;
  readonly input: string;
  readonly label: string;
}

/**
 * Makes a log of real questions at real times: every test question once, in random order, at the first arrival times of
 * the trace. Who asked is made up, since neither source tells: users with a heavy-tailed number of requests.
 */
export function makeRequests({ test, arrivals }: Pick<SourceData, 'test' | 'arrivals'>, seed: number): LoggedRequest[] {
  if (arrivals.length < test.length) throw new RangeError(`${arrivals.length} arrivals for ${test.length} questions`);
  const random = new Random(seed);
  const users = shuffled(random, drawUsers(random, test.length));
  return shuffled(random, test).map(({ text, intent }, index) => ({
    request_id: `r${index + 1}`,
    timestamp: arrivals[index] ?? '',
    user_id: users[index] ?? '',
    input: text,
    label: intent,
  }));
}

/** Writes the log as JSON lines. */
export async function writeRequestLog(file: string, requests: readonly LoggedRequest[]): Promise<void> {
  await writeFile(file, requests.map((request) => `${JSON.stringify(request)}\n`).join(''));
}

/** One user id per request. */
function drawUsers(random: Random, requests: number): string[] {
  const users: string[] = [];
  for (let user = 1; users.length < requests; user += 1) {
    const asked = Math.min(random.heavyTailedCount(mostRequestsPerUser, tailExponent), requests - users.length);
    users.push(...Array.from({ length: asked }, () => `user-${user}`));
  }
  return users;
}
