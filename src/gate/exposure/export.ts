import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { text as textOfStream } from 'node:stream/consumers';
import { didYouMean } from '../../domain/did-you-mean.ts';
import { invalidInput, messageOf, systemErrorCode, unusableFile } from '../../domain/errors.ts';
import { type Route, routingTargets } from '../../domain/exposure/routing.ts';
import { readTextFile } from '../../files/read-file.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { weightText } from '../../assignment/steps.ts';
import { documentDifferences, type RouteDifference, textDifferences } from '../../routing/differences.ts';
import { blueGreenText } from '../../routing/blue-green.ts';
import { bucketHeaderCode, type HeaderLanguage, headerLanguages } from '../../routing/headers/bucket-header.ts';
import { replayJobText } from '../../routing/kubernetes/replay-job.ts';
import { otherUsers } from '../../routing/other-users.ts';
import { inexpressible, renderRoute, routeText } from '../../routing/render-route.ts';
import type { RouteFacts } from '../../routing/route-target.ts';
import { routeTargets } from '../../routing/route-targets.ts';
import { grafanaDashboard } from '../../report/exports/grafana.ts';
import { prometheusRules } from '../../report/exports/prometheus-rules.ts';
import { openRollout, type Rollout, stageNamed } from '../rollout/rollout.ts';
import { weightWritten } from '../rollout/weight-option.ts';
import type { World } from '../world.ts';
import { othersWithTraffic, routeFacts } from './route-facts.ts';

export interface ExportOptions {
  readonly stage?: string;
  /** As written: `0.2` or `20%`. */
  readonly weight?: string;
  /** Where the text goes instead of standard output. */
  readonly output?: string;
  /** A file, or `-` for standard input, that is compared instead of printed. */
  readonly check?: string;
  readonly lang?: string;
  /** Of a job that replays: where outcomes are kept, into how many parts the work is cut, and what it runs. */
  readonly store?: string;
  readonly shards?: number;
  readonly image?: string;
}

/** The text for a target, or what a file or a live object says instead. */
export type Exported =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'written'; readonly file: string }
  | { readonly kind: 'compared'; readonly file: string; readonly differences: readonly RouteDifference[] };

/** Everything that `canary export` writes. */
export const exportTargets = [
  ...routingTargets,
  'bucket-header',
  'blue-green',
  'kubernetes-job',
  'grafana',
  'prometheus-rules',
] as const;

/**
 * What a flag system, a router or a caller is told of a rollout, at the registry's weight or at another.
 * @throws UserError (exit 2) for a target or a weight that there is not, (exit 5) for a file that cannot be used
 */
export async function exportTarget(
  world: World,
  target: string,
  file: string,
  options: ExportOptions,
): Promise<Exported> {
  const known = exportTargets.find((each) => each === target);
  if (known === undefined)
    throw invalidInput(`There is no target ${JSON.stringify(target)}`, {
      hint: hintFor(target, exportTargets),
    });
  if (options.lang !== undefined && known !== 'bucket-header')
    throw invalidInput('--lang is only for bucket-header', { hint: 'Leave it out.' });
  const { store, shards, image } = options;
  if (known !== 'kubernetes-job' && (store ?? shards ?? image) !== undefined)
    throw invalidInput('--store, --shards and --image are only for kubernetes-job', { hint: 'Leave them out.' });
  const rollout = await openRollout(world, file);
  if (known === 'kubernetes-job') return await given(world, jobText(world, rollout, file, options), options);
  if (known === 'bucket-header') return await given(world, headerText(rollout, options), options);
  if (known === 'grafana' || known === 'prometheus-rules' || known === 'blue-green')
    return await given(world, withoutWeight(rollout, known, options), options);
  const route = routeNamed(rollout, known);
  const facts = factsAt(rollout, route, options);
  if (options.check === undefined) return await given(world, routeText(facts, route), options);
  return await compared(world, route, facts, options.check);
}

/** The nearest word and all that there are, as a sentence. */
function hintFor(word: string, words: readonly string[]): string {
  const hint = didYouMean(word, words);
  return `${hint.charAt(0).toUpperCase()}${hint.slice(1)}.`;
}

function headerText({ plan }: Rollout, { lang = 'js', check }: ExportOptions): string {
  const language = headerLanguages.find((each) => each === lang);
  if (language === undefined)
    throw invalidInput(`--lang ${lang} is not one of the languages`, { hint: hintFor(lang, headerLanguages) });
  if (check !== undefined)
    throw invalidInput('A bucket header does not depend on a weight, so --check has nothing to compare');
  const { scheme, salt } = plan.assignment;
  if (scheme !== 'envoy' && scheme !== 'murmur3')
    throw invalidInput(`The bucket header does not work with the scheme ${scheme}`, {
      hint: 'Write assignment: { scheme: envoy } in the plan.',
    });
  return (
    commented(language, `The bucket of ${plan.name}'s users, written by canary.`) + bucketHeaderCode(language, salt)
  );
}

/** A job that replays a plan's requests in parts. @throws UserError (exit 2) for what no cluster could run */
function jobText(world: World, { plan }: Rollout, file: string, options: ExportOptions): string {
  const { stage, weight, check, store, shards, image = `model-canary:${world.version}` } = options;
  if ((weight ?? check) !== undefined)
    throw invalidInput('kubernetes-job does not depend on a weight', { hint: 'Leave --weight and --check out.' });
  if (store === undefined || shards === undefined)
    throw invalidInput('kubernetes-job needs --store and --shards', {
      hint: 'Write for instance --store s3://outcomes/intent --shards 16.',
    });
  if (!store.startsWith('/') && !/^(?:s3|gs|az):\/\//u.test(store))
    throw invalidInput(`--store ${store} is not a place that every pod can reach`, {
      hint: 'Write s3://BUCKET/PREFIX, or the absolute path at which the shared volume is mounted.',
    });
  if (stage !== undefined) stageNamed(plan, stage);
  return replayJobText({ name: plan.name, plan: file, stage, store, shards, image });
}

/** What shows or watches the reports of a rollout, or releases it in two steps: whatever its weight is. */
function withoutWeight(
  { plan, registry }: Rollout,
  target: 'grafana' | 'prometheus-rules' | 'blue-green',
  { stage, weight, check }: ExportOptions,
): string {
  if ((stage ?? weight ?? check) !== undefined)
    throw invalidInput(`${target} follows no weight`, { hint: 'Leave --stage, --weight and --check out.' });
  if (target === 'blue-green') return blueGreenText(routeFacts(plan, registry), plan.routing ?? []);
  return target === 'grafana' ? grafanaDashboard(plan.name) : prometheusRules(plan.name);
}

function commented(language: HeaderLanguage, line: string): string {
  return `${language === 'python' ? '#' : '//'} ${line}\n`;
}

/** The plan's own route of a target; a target that needs no names does without. */
function routeNamed({ plan, file }: Rollout, target: Route['target']): Route {
  const own = plan.routing?.find((route) => route.target === target);
  if (own !== undefined) return own;
  const { names, sides } = routeTargets[target];
  const needed = [
    ...Object.entries(names).flatMap(([name, use]) => (use === 'needed' ? [name] : [])),
    ...Object.entries(sides).flatMap(([name, use]) =>
      use === 'needed' ? [`baseline.${name}`, `candidate.${name}`] : [],
    ),
  ];
  if (needed.length > 0)
    throw invalidInput(`${target} needs ${needed.join(', ')}`, {
      hint: `Write routing: [{ target: ${target}, … }] with these in ${file}.`,
    });
  const others = otherUsers(target, plan.assignment);
  if (others !== undefined) throw invalidInput(others.message, { hint: `In ${file}, ${others.hint}.` });
  return { target, names: {}, baseline: {}, candidate: {} };
}

function factsAt(rollout: Rollout, route: Route, { stage, weight }: ExportOptions): RouteFacts {
  const { plan, registry } = rollout;
  const { revision, ...facts } = routeFacts(plan, registry);
  if (stage !== undefined && weight !== undefined)
    throw invalidInput('--stage and --weight both name a weight', { hint: 'Write one of them.' });
  if (stage !== undefined) return { ...facts, weight: stageNamed(plan, stage).weight };
  if (weight !== undefined) return { ...facts, weight: fitting(route, facts, weightWritten(weight)) };
  const others = othersWithTraffic(facts, registry);
  if (others.length > 0)
    throw unusableFile(`${others.join(', ')} has traffic as well as the rollout's two versions`, {
      hint: 'Name a weight with --stage or --weight.',
    });
  return { ...facts, revision, weight: fitting(route, facts, facts.weight) };
}

/** @throws UserError (exit 2) for a weight that the target cannot express */
function fitting(route: Route, { assignment }: RouteFacts, weight: number): number {
  const nearest = inexpressible(route, assignment, weight);
  if (nearest === undefined) return weight;
  throw invalidInput(`${route.target} cannot express ${weightText(weight)}`, {
    hint: `The nearest are ${weightText(nearest.below)} and ${weightText(nearest.above)}.`,
  });
}

async function given(world: World, text: string, { output }: ExportOptions): Promise<Exported> {
  if (output === undefined) return { kind: 'text', text };
  const path = resolve(world.cwd, output);
  try {
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, text);
  } catch (error) {
    throw unusableFile(`${output} cannot be written: ${messageOf(error)}`, { cause: error });
  }
  return { kind: 'written', file: output };
}

async function compared(world: World, route: Route, facts: RouteFacts, check: string): Promise<Exported> {
  const name = check === '-' ? 'standard input' : check;
  const found = check === '-' ? await textOfStream(world.stdin) : await readFound(resolve(world.cwd, check), check);
  const rendered = renderRoute(facts, route);
  const differences =
    'text' in rendered ? textDifferences(rendered.text, found) : documentDifferences(rendered.document, found);
  if (differences === undefined)
    throw unusableFile(`${name} is neither JSON nor YAML`, {
      hint: `Give the ${route.target} object as its system prints it.`,
    });
  return { kind: 'compared', file: name, differences };
}

async function readFound(path: string, file: string): Promise<string> {
  try {
    return await readTextFile(path);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    throw unusableFile(`${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
