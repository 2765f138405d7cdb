import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import type { World } from '../../src/gate/world.ts';
import { hostScript } from '../models/fixtures/tiny-model.ts';
import { classifying, TestRollout } from '../fixtures/test-rollout.ts';

const draw = (what: string, id: string) => murmur3Bucket(what, id);

/** A program that answers `b` to every request whose number a divisor divides, and `a` to the others. */
function program(answer: string): string {
  return `import { createInterface } from 'node:readline';
for await (const line of createInterface({ input: process.stdin })) {
  const { id, input } = JSON.parse(line);
  console.log(JSON.stringify({ id, prediction: ${answer} ? 'b' : 'a' }));
}`;
}

const answers = { '1.0.0': (x: number) => x % 10 === 0, '1.1.0': (x: number) => x % 10 === 0 || x % 20 === 1 };

/** What is special about a live split on which two programs answer a twentieth of the requests differently. */
export interface TriggeredLog {
  readonly users?: number;
  /** Share of the differing requests of the candidate that get lost. */
  readonly lost?: number;
  readonly withInput?: boolean;
  /** What a user spends less after an answer of the candidate that differs. */
  readonly harm?: number;
}

function records({ users = 900, lost = 0, withInput = true, harm = 0 }: TriggeredLog) {
  return Array.from({ length: users * 2 }, (_, index) => {
    const user = `u${index >> 1}`;
    const isCanary = draw('router', user) < 0.5;
    const version = isCanary ? '1.1.0' : '1.0.0';
    const x = Math.floor(1000 * draw('x', `r${index}`));
    const differs = answers['1.0.0'](x) !== answers['1.1.0'](x);
    const spent = 10 * draw('worth', user) + 5 * draw('revenue', `r${index}`);
    return {
      request_id: `r${index}`,
      timestamp: new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString(),
      user_id: user,
      served_by: version,
      prediction: answers[version](x) ? 'b' : 'a',
      ...(withInput ? { input: { x } } : {}),
      revenue: spent - (differs && isCanary ? harm : 0),
      isLost: differs && isCanary && draw('lost', `r${index}`) < lost,
    };
  }).filter(({ isLost }) => !isLost);
}

const artifact = (file: string) => ({ artifact: { runtime: 'command' as const, command: ['node', file] } });

/** The program of the candidate that answers what was served. */
export const asServed = 'input.x % 10 === 0 || input.x % 20 === 1';

/**
 * A rollout of the two programs on such a log.
 * @param candidate what the candidate's program answers `b` to
 */
export function triggeredRollout(
  log: TriggeredLog,
  guardrails: readonly string[],
  candidate = asServed,
): { readonly world: World; readonly folder: string } {
  const rollout = new TestRollout({
    plan: {
      requests: '{ source: log.jsonl, fields: { servedBy: served_by } }',
      stages: '[{ name: canary-50, weight: 50% }, { name: full, weight: 1 }]',
      guardrails,
    },
    version: classifying(['a', 'b']),
    versions: { '1.0.0': artifact('old.mjs'), '1.1.0': artifact('new.mjs') },
    files: {
      'log.jsonl': records(log),
      'registry/old.mjs': program('input.x % 10 === 0'),
      'registry/new.mjs': program(candidate),
    },
  });
  return { world: { ...rollout.world, modelHost: hostScript }, folder: rollout.folder };
}
