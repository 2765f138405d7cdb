import type { World } from '../../src/gate/world.ts';

/** The outside world of a test: a folder, a fixed time, no models to run, and nobody who listens unless the test does. */
export function worldAt(cwd: string, changes: Partial<World> = {}): World {
  return {
    cwd,
    actor: (named) => (named === undefined ? { by: 'tester', bySource: 'system' } : { by: named, bySource: '--by' }),
    now: () => new Date(0),
    stdin: process.stdin,
    signal: new AbortController().signal,
    modelHost: '/none',
    permissions: { run: true, environment: {} },
    version: '0.0.0',
    ownSecret: () => undefined,
    progress: { begin: () => undefined, report: () => undefined, finish: () => undefined },
    note: () => undefined,
    ...changes,
  };
}
