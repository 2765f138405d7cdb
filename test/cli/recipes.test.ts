import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isWhole } from '../fixtures/tiers.ts';
import { blocksOf } from './doc-blocks.ts';
import { having, listIn, pipelineOf } from './recipe-parts.ts';
import { RecipeSite } from './recipe-site.ts';

const byHand = 'cd /canary && canary rollback rollouts/after-60-minutes.yaml --by ana --reason timeouts';
const stages = ['canary-10', 'half', 'full'] as const;
const walked = ['enter canary-10', 'enter half', 'complete full'];

describe('Flagger', () => {
  const [recipe] = blocksOf('flagger.md', 'yaml').map((block): unknown => parse(block));
  const [nextStage = ''] = blocksOf('flagger.md', 'sh');
  const analysis = having(recipe, 'stepWeights') ?? {};
  const weights: readonly number[] = Array.isArray(analysis['stepWeights']) ? analysis['stepWeights'] : [];

  function hook(type: string): string {
    const found = listIn(recipe, 'webhooks').find((each) => each['type'] === type);
    return String(having(found, 'cmd')?.['cmd']);
  }

  /** The controller, in the order of advanceCanary, runCanary and rollback in pkg/controller/scheduler.go. */
  class Flagger {
    readonly site: RecipeSite;
    weight = 0;
    phase: 'Progressing' | 'Succeeded' | 'Failed' = 'Progressing';

    constructor(half: 'fine' | 'bad') {
      this.site = new RecipeSite(half);
      this.site.inImage('next-stage.sh', nextStage);
      this.sync();
    }

    private sync(): void {
      this.site.say('canaryWeight', this.weight);
      this.site.say('phase', this.phase);
    }

    async interval(): Promise<void> {
      if ((await this.site.call(hook('rollback'))) === 0) return await this.end('Failed');
      if ((await this.site.call(hook('confirm-traffic-increase'))) !== 0) return;
      const next = weights.find((weight) => weight > this.weight);
      if (next === undefined) return await this.end('Succeeded');
      this.weight = next;
      this.sync();
    }

    async end(phase: 'Succeeded' | 'Failed'): Promise<void> {
      this.phase = phase;
      this.weight = 0;
      this.sync();
      await this.site.call(hook('post-rollout'));
    }
  }

  test('walks a whole rollout, the registry with it, and a hook that is asked again moves nothing', async () => {
    const flagger = new Flagger('fine');
    const shares = [];
    for (let step = 0; step < 3; step += 1) {
      await flagger.interval();
      shares.push(flagger.site.share);
    }
    expect({ shares, phase: flagger.phase, moves: flagger.site.moves }).toEqual({
      shares: [0.1, 0.5, 1],
      phase: 'Succeeded',
      moves: walked,
    });
    const retried = new Flagger('fine');
    for (let time = 0; time < 2; time += 1) expect(await retried.site.call(hook('confirm-traffic-increase'))).toBe(0);
    expect(retried.site.moves).toEqual(['enter canary-10']);
  });

  test.runIf(isWhole)('takes the candidate out where the numbers of a later stage are bad', async () => {
    const flagger = new Flagger('bad');
    await flagger.interval();
    await flagger.interval();
    expect({ phase: flagger.phase, share: flagger.site.share }).toEqual({ phase: 'Failed', share: 0 });
    expect(flagger.site.moves).toEqual(['enter canary-10', 'rollback']);
  });

  test('an abort of its own reaches the registry, and neither a hook nor old evidence brings the candidate back', async () => {
    const flagger = new Flagger('fine');
    await flagger.interval();
    await flagger.end('Failed');
    expect(flagger.site.moves).toEqual(['enter canary-10', 'rollback']);
    expect(await flagger.site.call(hook('confirm-traffic-increase'))).not.toBe(0);
    expect(flagger.site.share).toBe(0);
  });

  test.runIf(isWhole)('what a person takes out, Flagger takes out in the next interval', async () => {
    const flagger = new Flagger('fine');
    await flagger.interval();
    expect(await flagger.site.call(byHand)).toBe(0);
    await flagger.interval();
    expect({ phase: flagger.phase, share: flagger.site.share }).toEqual({ phase: 'Failed', share: 0 });
  });
});

describe('Argo Rollouts', () => {
  const [rollout, template] = blocksOf('argo-rollouts.md', 'yaml').map((block): unknown => parse(block));
  const [follow = ''] = blocksOf('argo-rollouts.md', 'sh');
  const steps = listIn(rollout, 'steps');
  const [job] = listIn(template, 'containers');

  /** The controller: the steps in their order, an analysis before the weight that follows it; a failed one aborts. */
  class Argo {
    readonly site: RecipeSite;
    aborted = false;

    constructor(half: 'fine' | 'bad') {
      this.site = new RecipeSite(half);
    }

    async analysis(stage: string): Promise<boolean> {
      const [script] = Array.isArray(job?.['args']) ? job['args'] : [];
      return (await this.site.call(String(script).replaceAll('{{args.stage}}', stage))) === 0;
    }

    async walk(): Promise<readonly number[]> {
      const shares = [];
      for (const step of steps) {
        const [stage] = 'analysis' in step ? listIn(step, 'args').map(({ value }) => String(value)) : [];
        if (stage === undefined) continue;
        if (!(await this.analysis(stage))) {
          this.abort();
          return shares;
        }
        shares.push(this.site.share);
      }
      return shares;
    }

    abort(): void {
      this.aborted = true;
      this.site.say('abort', 'true');
    }
  }

  test('walks a whole rollout, the registry with it, and a step that runs again moves nothing', async () => {
    const argo = new Argo('fine');
    expect(await argo.analysis('canary-10')).toBe(true);
    expect(await argo.walk()).toEqual([0.1, 0.5, 1]);
    expect({ aborted: argo.aborted, moves: argo.site.moves }).toEqual({ aborted: false, moves: walked });
  });

  test('sets each weight after the analysis of the stage that has it', () => {
    const named = steps.flatMap((step) =>
      'analysis' in step ? listIn(step, 'args').map(({ value }) => value) : (step['setWeight'] ?? []),
    );
    expect(named).toEqual(['canary-10', 10, 'half', 50, 'full']);
  });

  test.runIf(isWhole)('takes the candidate out where the numbers of a later stage are bad', async () => {
    const argo = new Argo('bad');
    expect(await argo.walk()).toEqual([0.1]);
    expect({ aborted: argo.aborted, moves: argo.site.moves }).toEqual({
      aborted: true,
      moves: ['enter canary-10', 'rollback'],
    });
  });

  test('an abort in Argo reaches the registry, and one by hand reaches Argo', async () => {
    const argo = new Argo('fine');
    await argo.analysis('canary-10');
    argo.abort();
    expect(await argo.site.call(follow)).toBe(0);
    expect(argo.site.moves).toEqual(['enter canary-10', 'rollback']);
    expect(await argo.analysis('half')).toBe(false);
    argo.site.say('abort', '');
    expect(await argo.site.call(`${follow}\ncat ${argo.site.controller}/abort | grep -qx true`)).toBe(0);
    expect(argo.site.share).toBe(0);
  });
});

describe.each([
  ['GitHub', 'ci-github.md', 'run'],
  ['GitLab', 'ci-gitlab.md', 'script'],
] as const)('%s', (ci, page, key) => {
  const { text, script, takeOut, checkedOut } = pipelineOf(page, key);

  test('offers the stages of the plan in their order', () => {
    expect([...text.matchAll(/canary-10|half|full/gu)].map(([name]) => name)).toEqual(
      expect.arrayContaining([...stages]),
    );
  });

  test('walks a whole rollout, and a job that is retried moves nothing', async () => {
    const site = new RecipeSite('fine');
    site.commit();
    const codes = [];
    for (const stage of ['canary-10', 'canary-10', 'half', 'full'])
      codes.push(await site.job(script, { STAGE: stage }, checkedOut));
    expect({ codes, moves: site.moves }).toEqual({ codes: [0, 0, 0, 0], moves: walked });
  });

  test.runIf(isWhole || ci === 'GitHub')('takes the candidate out for good where numbers are bad', async () => {
    const site = new RecipeSite('bad');
    site.commit();
    const codes = [];
    for (const stage of stages) codes.push(await site.job(script, { STAGE: stage }, checkedOut));
    expect({ codes, share: site.share }).toEqual({ codes: [0, 4, 4], share: 0 });
  });

  test.runIf(isWhole || ci === 'GitLab')('takes the candidate out for good by hand', async () => {
    const site = new RecipeSite('fine');
    site.commit();
    const codes = [await site.job(script, { STAGE: 'canary-10' }, checkedOut)];
    expect(site.share).toBe(0.1);
    codes.push(await site.job(takeOut, { REASON: 'timeouts' }, checkedOut));
    expect(site.share).toBe(0);
    codes.push(await site.job(script, { STAGE: 'half' }, checkedOut));
    codes.push(await site.job(takeOut, { REASON: 'once more' }, checkedOut));
    expect({ codes, moves: site.moves, share: site.share }).toEqual({
      codes: [0, 0, 4, 0],
      moves: ['enter canary-10', 'rollback'],
      share: 0,
    });
  });
});

describe('cron', () => {
  const [script = ''] = blocksOf('cron.md', 'sh');

  test('walks a whole rollout, and another run moves nothing', async () => {
    const site = new RecipeSite('fine');
    expect([await site.call(script), site.moves]).toEqual([0, walked]);
    await site.call(script);
    expect(site.moves).toEqual(walked);
  });

  test.runIf(isWhole)('stops where numbers are bad, and after a rollback by hand nothing goes on', async () => {
    const site = new RecipeSite('bad');
    expect([await site.call(script), site.moves]).toEqual([4, ['enter canary-10', 'rollback']]);
    const taken = new RecipeSite('fine');
    await taken.call(script.replace('canary-10 half full', 'canary-10'));
    await taken.call(byHand);
    expect([await taken.call(script), taken.share]).toEqual([4, 0]);
  });

  test('takes the candidate out where a person left the reason, and goes on with nothing once that is gone', async () => {
    const site = new RecipeSite('fine');
    await site.call(script.replace('canary-10 half full', 'canary-10'));
    expect(site.share).toBe(0.1);
    await site.call('echo timeouts > /state/abort');
    expect([await site.call(script), site.share]).toEqual([4, 0]);
    await site.call('rm /state/abort');
    expect([await site.call(script), site.moves]).toEqual([4, ['enter canary-10', 'rollback']]);
  });
});
