import { didYouMean } from '../../domain/did-you-mean.ts';
import { invalidInput } from '../../domain/errors.ts';
import { type SqlDialect, sqlDialects } from '../../domain/log/warehouse-table.ts';
import { dialects } from '../../metrics/warehouse/dialects.ts';
import { sumsQuery } from '../../metrics/warehouse/sums-query.ts';
import { ofStage, openRollout, stageOf } from '../rollout/rollout.ts';
import type { World } from '../world.ts';
import { askedSums } from './sums-question.ts';

export interface QueryOptions {
  readonly stage?: string;
  readonly dialect: string;
}

/**
 * The query that adds up what a stage is judged on.
 * @throws UserError (exit 2) for a dialect that there is not, or a plan without a table; (exit 2 or 5) as any command on a plan
 */
export async function printQuery(world: World, file: string, options: QueryOptions): Promise<string> {
  const dialect = dialectOf(options.dialect);
  const opened = await openRollout(world, file);
  const stage = stageOf(opened, options.stage);
  const rollout = ofStage(opened, stage);
  const { question, hash } = askedSums(rollout, stage);
  const [first] = rollout.plan.requests.source;
  const about = `-- ${rollout.plan.name.replaceAll(/\s+/gu, ' ')}, stage ${stage.name.replaceAll(/\s+/gu, ' ')}: save the result of this query as ${first ?? 'sums.csv'}, with its names`;
  return `${about}\n${sumsQuery(question, dialects[dialect], hash)}\n`;
}

function dialectOf(written: string): SqlDialect {
  const known = sqlDialects.find((each) => each === written);
  if (known !== undefined) return known;
  throw invalidInput(`There is no dialect ${JSON.stringify(written)}`, {
    hint: `${didYouMean(written, sqlDialects) ?? ''} Write one of ${sqlDialects.join(', ')}.`.trim(),
  });
}
