import { createHash } from 'node:crypto';
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemErrorCode } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import type { NotifyEvent, NotifyTarget } from '../../domain/remote/notify.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { readTextFile } from '../../files/read-file.ts';
import { readRegistry } from '../../registry/store/registry-store.ts';
import { type Delivery, deliver } from '../../remote/notify/deliver.ts';
import { eventId, type RolloutEvent } from '../../remote/notify/event.ts';
import type { Tested } from '../../report/commands/notify-text.ts';
import { type LoadedPlan, loadPlan } from '../rollout/load-plan.ts';
import { evidencePlace, readLatest, workFolder } from '../rollout/work-folder.ts';
import type { World } from '../world.ts';
import { eventsOf } from './events-of.ts';

/** Something that happened and changed nothing in the registry. */
export interface Incident {
  readonly event: Extract<NotifyEvent, 'apply-failed' | 'stale' | 'failing' | 'hold-new'>;
  readonly reasons: readonly string[];
  readonly stage?: string;
}

/** One line of `notifications.jsonl`. */
interface NotificationLine extends Partial<Delivery> {
  readonly at: string;
  readonly id?: string;
  readonly event: string;
  readonly revision: number;
  /** Of a hold, what tells its reasons from others: numbers in them count for nothing. */
  readonly reasons?: string;
}

/**
 * Tells the plan's targets what happened to its rollout since a revision. It changes no result: whatever fails is a note, and each delivery is
 * a line of `.canary/PLAN/notifications.jsonl`. What was told before under the same id is not told again.
 * @param since revision of the registry before what is to be told; what was last told where absent
 */
export async function announce(world: World, file: string, since?: number, incident?: Incident): Promise<void> {
  try {
    const loaded = await loadPlan(world, file);
    if (loaded.plan.notify === undefined) return;
    const log = new NotificationLog(join(workFolder(world, loaded.folder), loaded.plan.name));
    const lines = await log.read();
    const { registry } = await readRegistry(loaded.registryFolder, loaded.plan.model);
    const from = since ?? lines.at(-1)?.revision ?? registry.revision;
    // Whoever tells later what was missed has to know where to begin.
    if (lines.length === 0) await log.append({ at: world.now().toISOString(), event: 'begin', revision: from });
    for (const event of await happened(world, loaded, registry, from, lines, incident)) {
      await tell(world, loaded.plan.notify, event, log, lines);
    }
  } catch (error) {
    world.note(`Nobody was notified: ${messageOf(error)}`);
  }
}

/** Sends a sample to every target of a plan. @throws UserError (exit 2 or 5) where there is no such plan */
export async function testNotify(world: World, file: string): Promise<Tested> {
  const { plan } = await loadPlan(world, file);
  const at = new Date();
  const { name, model, baseline, candidate } = plan;
  const event: RolloutEvent = {
    id: eventId({ model, plan: name, revision: at.getTime(), event: 'test' }),
    revision: 0,
    event: 'test',
    model,
    plan: name,
    at: at.toISOString(),
    reasons: ['This is a test: nothing happened to the rollout.'],
    versions: { baseline, candidate },
    by: world.actor().by,
  };
  const deliveries: Delivery[] = [];
  for (const [index, target] of (plan.notify ?? []).entries()) {
    deliveries.push(await deliver(world.permissions, event, target, index, new Date(), world.signal));
  }
  return { plan: name, planFile: file, deliveries };
}

async function happened(
  world: World,
  { plan, folder }: LoadedPlan,
  registry: ModelRegistry,
  since: number,
  lines: readonly NotificationLine[],
  incident: Incident | undefined,
): Promise<readonly RolloutEvent[]> {
  const evidence = new Map<string, Evidence>();
  for (const { name } of plan.stages) {
    const latest = await readLatest(evidencePlace(world, folder, plan.name, name, undefined)).catch(() => undefined);
    if (latest !== undefined) evidence.set(name, latest);
  }
  const events = eventsOf(registry, plan.name, since, (stage) => evidence.get(stage));
  if (incident === undefined) return events;
  const { event, reasons, stage } = incident;
  const digest = stage === undefined ? undefined : evidence.get(stage)?.digest;
  const { revision } = registry;
  const lookedAt = event === 'hold-new' ? holdAmong(lines, reasonsOf({ stage, reasons })) : digest;
  const id = eventId({ model: plan.model, plan: plan.name, revision, event, evidence: lookedAt });
  const { baseline, candidate, name, model } = plan;
  const at = world.now().toISOString();
  const weight = registry.traffic[candidate] ?? 0;
  const told = { id, revision, event, model, plan: name, at, reasons, versions: { baseline, candidate } };
  return [
    ...events,
    {
      ...told,
      weight: { before: weight, after: weight },
      ...(stage === undefined ? {} : { stage }),
      ...(digest === undefined ? {} : { evidence: digest }),
    },
  ];
}

async function tell(
  world: World,
  targets: readonly NotifyTarget[],
  event: RolloutEvent,
  log: NotificationLog,
  lines: readonly NotificationLine[],
): Promise<void> {
  const reasons = event.event === 'hold-new' ? { reasons: reasonsOf(event) } : {};
  for (const [index, target] of targets.entries()) {
    const told = lines.filter((line) => line.ok && line.target === `notify[${index}]`);
    const isOld =
      told.some(({ id }) => id === event.id) ||
      (reasons.reasons !== undefined && told.findLast((line) => line.event !== 'failing')?.reasons === reasons.reasons);
    if (isOld || !target.on.some((wanted) => wanted === event.event)) continue;
    const delivery = await deliver(world.permissions, event, target, index, new Date(), world.signal);
    if (delivery.failure !== undefined) world.note(`${delivery.failure}; what was decided stands`);
    const { id, revision } = event;
    await log.append({ at: world.now().toISOString(), id, event: event.event, revision, ...reasons, ...delivery });
  }
}

/** A hold is the same in every look that finds its reasons until others were told: what tells it from the others at a revision. */
function holdAmong(lines: readonly NotificationLine[], reasons: string): string {
  const told = lines.flatMap((line) => (line.ok === true && line.event === 'hold-new' ? [line.reasons ?? ''] : []));
  const others = told.filter(
    (each, index) => each !== told[index + 1] && !(each === reasons && index === told.length - 1),
  );
  return `${reasons} after ${others.length}`;
}

/** What tells the reasons of a hold from others; the numbers in them move with every look. */
function reasonsOf({
  stage = '',
  reasons,
}: {
  readonly stage?: string | undefined;
  readonly reasons: readonly string[];
}): string {
  const words = JSON.stringify([stage, ...reasons]).replaceAll(/\d+(?:[.,]\d+)*/gu, '#');
  return createHash('sha256').update(words).digest('hex').slice(0, 16);
}

/** What was told of a rollout, one line each; it lies beside its evidence and is not a part of the record. */
class NotificationLog {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get #file(): string {
    return join(this.#folder, 'notifications.jsonl');
  }

  /** A line that a kill has cut is left out. */
  async read(): Promise<readonly NotificationLine[]> {
    try {
      const text = await readTextFile(this.#file);
      return text.split('\n').flatMap(lineOf);
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  async append(line: NotificationLine): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await appendFile(this.#file, `${JSON.stringify(line)}\n`);
  }
}

function lineOf(text: string): NotificationLine[] {
  try {
    const line: unknown = JSON.parse(text);
    return isLine(line) ? [line] : [];
  } catch {
    return [];
  }
}

function isLine(value: unknown): value is NotificationLine {
  if (typeof value !== 'object' || value === null || !('revision' in value) || !('event' in value)) return false;
  return typeof value.revision === 'number' && typeof value.event === 'string';
}
