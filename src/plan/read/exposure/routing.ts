import { writeOneOf } from '../../../domain/did-you-mean.ts';
import type { Assignment } from '../../../domain/exposure/assignment.ts';
import {
  isRegion,
  type Route,
  routeNames,
  type RouteName,
  routingTargets,
  sideNames,
  type SideName,
} from '../../../domain/exposure/routing.ts';
import type { Stage } from '../../../domain/plan.ts';
import { roles } from '../../../domain/role.ts';
import { weightText } from '../../../assignment/steps.ts';
import type { Finding } from '../../../documents/findings.ts';
import {
  child,
  choiceOf,
  itemsOf,
  keysOf,
  nodeAt,
  numberOf,
  textOf,
  type TreeNode,
  type TreePath,
} from '../../../documents/tree.ts';
import { otherUsers } from '../../../routing/other-users.ts';
import { inexpressible, routeSteps } from '../../../routing/render-route.ts';
import type { RouteTarget } from '../../../routing/route-target.ts';
import { routeTargets } from '../../../routing/route-targets.ts';
import { known, type SectionReading, unusedKey } from '../section.ts';

/** Reads what moves traffic, and checks that each has its names and can express every stage. */
export function readRouting(
  root: TreeNode,
  assignment: Assignment | undefined,
  stages: readonly Stage[],
): SectionReading<readonly Route[] | undefined> {
  const node = nodeAt(root, ['routing']);
  if (node === undefined) return { value: undefined, findings: [] };
  const read = itemsOf(node).flatMap((item, index) => {
    const route = routeOf(item);
    return route === undefined ? [] : [{ path: ['routing', index], item, route }];
  });
  const findings = read.flatMap(({ path, item, route }) => [
    ...checkNames(path, item, route),
    ...(assignment === undefined ? [] : checkExpressible(path, route, assignment, stages)),
  ]);
  return { value: read.map(({ route }) => route), findings: [...findings, ...checkFiles(read)] };
}

function routeOf(item: TreeNode): Route | undefined {
  const target = choiceOf(child(item, 'target'), routingTargets);
  if (target === undefined) return undefined;
  return {
    target,
    ...known({
      file: textOf(child(item, 'file')),
      total: numberOf(child(item, 'total')),
      apply: isTrue(child(item, 'apply')),
    }),
    names: namesIn(item, routeNames),
    baseline: namesIn(child(item, 'baseline'), sideNames),
    candidate: namesIn(child(item, 'candidate'), sideNames),
  };
}

function isTrue(node: TreeNode | undefined): true | undefined {
  return node?.kind === 'scalar' && node.value === true ? true : undefined;
}

function namesIn<Name extends string>(
  node: TreeNode | undefined,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const written: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = child(node, name);
    if (value?.kind === 'scalar' && value.value !== null) written[name] = String(value.value);
  }
  return written;
}

function checkNames(path: TreePath, item: TreeNode, route: Route): Finding[] {
  const target = routeTargets[route.target];
  const { names, sides } = target;
  const kubernetes = target.kubernetes === true;
  return [
    ...checkKeys(route, item, path, Object.keys(names), ['target', 'file', 'total', 'apply', ...roles]),
    ...neededOf(names).flatMap((name) => (route.names[name] === undefined ? [missing(path, route, name)] : [])),
    ...(kubernetes ? kubernetesNames(path, route.names, ['service', 'namespace', 'gateway']) : []),
    ...roles.flatMap((role) => [
      ...checkKeys(route, child(item, role), [...path, role], Object.keys(sides), []),
      ...neededOf(sides).flatMap((name) =>
        route[role][name] === undefined ? [missing([...path, role], route, name)] : [],
      ),
      ...(kubernetes ? kubernetesNames([...path, role], route[role], ['service', 'subset']) : []),
      ...checkPort([...path, role, 'port'], route[role].port),
    ]),
    ...checkPatterns(path, route, target),
    ...checkTotal(path, route, target),
    ...checkFile(path, route, target),
  ];
}

function neededOf(names: RouteTarget['names']): RouteName[];
function neededOf(names: RouteTarget['sides']): SideName[];
function neededOf(names: Readonly<Record<string, string>>): string[] {
  return Object.keys(names).filter((name) => names[name] === 'needed');
}

function checkKeys(
  { target }: Route,
  node: TreeNode | undefined,
  path: TreePath,
  taken: readonly string[],
  always: readonly string[],
): Finding[] {
  const others: ReadonlySet<string> = new Set([...routeNames, ...sideNames]);
  return keysOf(node)
    .filter((key) => others.has(key) && !taken.includes(key) && !always.includes(key))
    .map((key) =>
      unusedKey(
        [...path, key],
        `${target} takes no ${key}`,
        taken.length === 0 ? `delete ${key}` : writeOneOf(key, taken),
      ),
    );
}

function missing(path: TreePath, { target }: Route, name: string): Finding {
  const message = `${target} needs ${[...path.slice(2), name].join('.')}`;
  return { path: [...path, name], rule: 'missing-key', message, hint: `write ${name}:` };
}

/** What the API server would refuse is said before the rollout. */
function kubernetesNames(
  path: TreePath,
  names: Readonly<Record<string, string | undefined>>,
  keys: readonly string[],
): Finding[] {
  return keys.flatMap((key): Finding[] => {
    const name = names[key];
    if (name === undefined || (/^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/u.test(name) && name.length <= 253)) return [];
    const message = `${key}: ${name} is not a Kubernetes name`;
    const hint = `write lowercase letters, digits and hyphens, such as ${kubernetesName(name)}`;
    return [{ path: [...path, key], rule: 'invalid-name', message, hint }];
  });
}

function kubernetesName(name: string): string {
  const cleaned = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/gu, '-')
    .replaceAll(/^[-.]+|[-.]+$/gu, '');
  return cleaned === '' ? 'intent' : cleaned;
}

function checkPort(path: TreePath, port: string | undefined): Finding[] {
  if (port === undefined || (/^\d{1,5}$/u.test(port) && Number(port) > 0 && Number(port) < 65_536)) return [];
  return [
    { path, rule: 'invalid-value', message: `port: ${port} is not a port`, hint: 'write a number from 1 to 65535' },
  ];
}

function checkTotal(path: TreePath, { target, total }: Route, { largestTotal }: RouteTarget): Finding[] {
  if (total === undefined) return [];
  if (largestTotal === undefined)
    return [unusedKey([...path, 'total'], `the total of ${target} is fixed`, 'delete total')];
  if (total <= largestTotal) return [];
  return [
    {
      path: [...path, 'total'],
      rule: 'invalid-value',
      message: `total: ${total} is more than ${target} allows`,
      hint: `write at most ${largestTotal}`,
    },
  ];
}

/** What a target's API would refuse; a region is a part of the host that is asked. */
function checkPatterns(path: TreePath, { names, ...route }: Route, { pattern }: RouteTarget): Finding[] {
  if (pattern === undefined) return [];
  const named: readonly (readonly [TreePath, string | undefined])[] = [
    [['endpoint'], names.endpoint],
    ...roles.map((role) => [[role, 'variant'], route[role].variant] as const),
  ];
  const wrong = named.flatMap(([at, name]): Finding[] => {
    if (name === undefined || pattern.is.test(name)) return [];
    const message = `${at.at(-1)}: ${name} is not a name of ${route.target}`;
    return [{ path: [...path, ...at], rule: 'invalid-name', message, hint: pattern.hint }];
  });
  if (names.region === undefined || isRegion(names.region)) return wrong;
  const message = `region: ${names.region} is not a region`;
  return [...wrong, { path: [...path, 'region'], rule: 'invalid-name', message, hint: 'write one such as eu-west-1' }];
}

function checkFile(path: TreePath, { target, file, apply }: Route, { callable }: RouteTarget): Finding[] {
  if (apply === true && callable !== true)
    return [unusedKey([...path, 'apply'], `canary does not call ${target}`, 'delete apply, and write file:')];
  if (file !== undefined || apply === true) return [];
  const called = callable === true ? ', or apply: true' : '';
  const hint = `write file: deploy/${target}.yaml${called}`;
  return [{ path, rule: 'missing-key', message: `${target} has no file to write`, hint }];
}

function checkExpressible(path: TreePath, route: Route, assignment: Assignment, stages: readonly Stage[]): Finding[] {
  const { largestTotal } = routeTargets[route.target];
  const others = otherUsers(route.target, assignment);
  if (others !== undefined) {
    const message = `target: ${others.message}`;
    return [{ path: [...path, 'target'], rule: 'other-users', message, hint: others.hint }];
  }
  const steps = routeSteps(route, assignment);
  return stages.flatMap(({ weight }, index): Finding[] => {
    const nearest = inexpressible(route, assignment, weight);
    if (nearest === undefined || steps === undefined) return [];
    const message = `weight: ${weightText(weight)} cannot be expressed by ${route.target}, which counts in ${weightText(1 / steps)} here`;
    const finer =
      largestTotal === undefined ? '' : `, or set ${String(path[0])}[${String(path[1])}].total: ${finerTotal(weight)}`;
    const hint = `write ${weightText(nearest.below)} or ${weightText(nearest.above)}${finer}`;
    return [{ path: ['stages', index, 'weight'], rule: 'inexpressible-weight', message, hint }];
  });
}

/** The smallest power of ten that has the weight as a whole number. */
function finerTotal(weight: number): number {
  const decimals = [2, 3, 4, 5, 6].find(
    (each) => Math.abs(weight * 10 ** each - Math.round(weight * 10 ** each)) < 1e-6,
  );
  return 10 ** (decimals ?? 6);
}

function checkFiles(read: readonly { readonly path: TreePath; readonly route: Route }[]): Finding[] {
  return read.flatMap(({ path, route }, index): Finding[] => {
    const earlier = read
      .slice(0, index)
      .find(({ route: other }) => other.file !== undefined && other.file === route.file);
    if (earlier === undefined) return [];
    const message = `file: ${route.file} is already written for ${earlier.route.target}`;
    return [{ path: [...path, 'file'], rule: 'duplicate-file', message, hint: 'give each target its own file' }];
  });
}
