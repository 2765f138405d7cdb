import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { GuardrailResult } from '../../src/domain/evidence.ts';
import { run } from '../cli/harness.ts';
import type { StoryRollout } from './story-rollout.ts';
import { bad, good, stable } from './site.ts';

export const watchArgs = ['watch', 'plan.yaml', '--auto', '--every', '1s', '--key', 'ci.pem'];

/** How a rollout ends: the exit code of its watch, what became of each stage, what was told of it, and where MLflow's aliases are. */
export const endings = {
  good: {
    candidate: good,
    code: 0,
    moves: ['enter first', 'enter fifth', 'complete full'],
    told: ['promoted first', 'promoted fifth', 'completed full'],
    aliases: { champion: good.version },
    route: '* canary;',
  },
  bad: {
    candidate: bad,
    code: 4,
    moves: ['enter first', 'rollback fifth'],
    told: ['promoted first', 'rolled_back fifth'],
    aliases: { champion: stable.version },
    route: '* stable;',
  },
} as const;

/** What is wrong with a rollout that has ended: nothing was lost, done twice or left behind, whatever it went through. */
export async function expectWalked(
  rollout: StoryRollout,
  { moves, told, aliases, route }: (typeof endings)['good' | 'bad'],
) {
  const { folder, registry } = rollout;
  const moved = registry.history.flatMap(({ action, stage }) =>
    action === 'look' || action === 'apply' ? [] : [`${action} ${stage}`],
  );
  expect(moved).toEqual(moves);
  expect((await run(['registry', 'verify', 'registry'], { cwd: folder })).exitCode).toBe(0);
  expect(registry.applied).not.toBe(false);
  expect(rollout.route).toContain(route);
  expect((await run(['export', 'nginx', 'plan.yaml', '--check', 'route.conf'], { cwd: folder })).exitCode).toBe(0);
  expect(await rollout.aliases()).toEqual(aliases);
  // Whoever is given twice knows it by the id.
  const happened = rollout.told.map(({ id, type, subject }) => ({
    id,
    what: `${type.split('.')[2]} ${subject ?? ''}`,
  }));
  const changes = happened.filter(({ what }) => !what.startsWith('held'));
  expect([...new Set(changes.map(({ what }) => what))]).toEqual(told);
  expect(new Set(changes.map(({ id }) => id)).size).toBe(told.length);
  expect(rollout.isAllSigned).toBe(true);
  const judged = JSON.parse(readFileSync(join(folder, '.canary', rollout.name, 'fifth', 'evidence.json'), 'utf8'));
  // What nginx logged and what Prometheus counted are judged in one verdict.
  const counted = judged.guardrails.filter(({ reason }: GuardrailResult) => reason.startsWith('error_rate from prom'));
  const isIn = judged.verdict.decision === 'increase';
  // A candidate may be proven bad by its log before the counters have settled.
  if (isIn) expect(judged.inputs.sources.prom).toMatchObject({ format: 'prometheus' });
  expect(counted).toMatchObject([{ status: isIn ? 'pass' : expect.any(String) }]);
  // Or by its counters, before its log has come.
  if (judged.inputs.requests.length === 0) expect(counted).toMatchObject([{ status: 'breach' }]);
  else expect(judged.inputs.requests[0].path).toMatch(/^s3:/u);
  const stages = readdirSync(join(folder, '.canary', rollout.name)).filter((name) =>
    existsSync(join(folder, '.canary', rollout.name, name, 'evidence.json')),
  );
  for (const stage of stages) {
    const evidence = join('.canary', rollout.name, stage, 'evidence.json');
    const signed = evidence.replace('.json', '.intoto.json');
    const { exitCode, stderr } = await run(['verify', evidence, signed, '--key', 'ci.pub.pem'], { cwd: folder });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  }
  expect(existsSync(join(folder, 'registry/intent-classifier.watch'))).toBe(false);
}
