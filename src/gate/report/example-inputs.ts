import { holdsNumbers } from '../../domain/told-number.ts';
import { access, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { invalidInput, unusableFile } from '../../domain/errors.ts';
import { planOfStage } from '../../domain/judged.ts';
import type { Report } from '../../report/document/report.ts';
import { quoteLiteral } from '../../database/database.ts';
import { readRequests } from '../../requests/read-requests.ts';
import { workFolder, withDatabase } from '../rollout/work-folder.ts';
import { loadPlan } from '../rollout/load-plan.ts';
import { changeOf } from '../rollout/request-prefix.ts';
import { stageNamed } from '../rollout/rollout.ts';
import type { World } from '../world.ts';

/**
 * The report with the recorded inputs of the requests that its evidence names as examples, read again from the plan's log: the
 * evidence itself never holds an input.
 * @throws UserError (exit 2) for another rollout's plan, (exit 5) where the log is not the one that was evaluated.
 */
export async function withInputs(world: World, report: Report): Promise<Report> {
  return { ...report, inputs: await exampleInputs(world, report) };
}

async function exampleInputs(world: World, { evidence, planFile }: Report): Promise<ReadonlyMap<string, string>> {
  const ids = (evidence.confusion?.changes ?? []).flatMap(({ pairs }) => pairs?.examples ?? []);
  const found = await access(resolve(world.cwd, planFile)).then(
    () => true,
    () => false,
  );
  if (!found) {
    throw invalidInput(`${planFile} is not here, but inputs are read again from the log that it names`, {
      hint: 'Name the plan with --plan FILE, or leave --include-inputs out.',
    });
  }
  const { plan, folder } = await loadPlan(world, planFile);
  if (plan.name !== evidence.plan.name) {
    throw invalidInput(`${planFile} is the plan ${plan.name}, but the evidence is about ${evidence.plan.name}`);
  }
  if (ids.length === 0) return new Map();
  for (const file of evidence.inputs.requests) {
    const change = await changeOf(folder, file);
    if (change === 'same' || change === 'grown') continue;
    throw unusableFile(`${file.path} is ${change === 'absent' ? 'not here' : 'not what was evaluated any more'}`, {
      hint: 'Inputs are read again from the log. Leave --include-inputs out for a report without them.',
    });
  }
  const { requests } = planOfStage(plan, stageNamed(plan, evidence.stage.name));
  const work = workFolder(world, folder);
  await mkdir(work, { recursive: true });
  return await withDatabase(world, work, async (db) => {
    await readRequests(db, {
      format: holdsNumbers(requests.format) ? 'canary' : requests.format,
      folder,
      files: requests.source,
      fields: requests.fields,
      segments: {},
      where: requests.where,
      recorded: {},
      input: true,
      ordered: false,
    });
    const rows = await db.columns(`SELECT id, input FROM requests WHERE id IN (${ids.map(quoteLiteral).join(', ')})`);
    const inputs = rows.strings('input');
    return new Map(rows.strings('id').map((id, row) => [id ?? '', plainText(inputs[row] ?? '')]));
  });
}

/** A text as it is; anything else as the JSON that it is. */
function plainText(json: string): string {
  const value: unknown = JSON.parse(json);
  return typeof value === 'string' ? value : json;
}
