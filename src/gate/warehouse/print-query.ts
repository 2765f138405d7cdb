import type { SqlDialect } from '../../domain/log/warehouse-table.ts';
import { dialects } from '../../metrics/warehouse/dialects.ts';
import { sumsQuery } from '../../metrics/warehouse/sums-query.ts';
import { ofStage, openRollout, stageOf } from '../rollout/rollout.ts';
import type { World } from '../world.ts';
import { askedSums } from './sums-question.ts';

export interface QueryOptions {
  readonly stage?: string;
  readonly dialect: SqlDialect;
}

/**
 * The query that adds up what a stage is judged on.
 * @throws UserError (exit 2) for a plan without a table; (exit 2 or 5) as any command on a plan
 */
export async function printQuery(world: World, file: string, options: QueryOptions): Promise<string> {
  const opened = await openRollout(world, file);
  const stage = stageOf(opened, options.stage);
  const rollout = ofStage(opened, stage);
  const { question, hash } = askedSums(rollout, stage);
  const [first] = rollout.plan.requests.source;
  const about = `-- ${rollout.plan.name.replaceAll(/\s+/gu, ' ')}, stage ${stage.name.replaceAll(/\s+/gu, ' ')}: save the result of this query as ${first ?? 'sums.csv'}, with its names`;
  return `${about}\n${sumsQuery(question, dialects[options.dialect], hash)}\n`;
}
