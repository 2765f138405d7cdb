import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelSpec } from '../../domain/outcome.ts';

/**
 * Flags of Node's permission model (https://nodejs.org/api/permissions.html) for the process of a version that brings code
 * along: it may read its own folder and the packages that it imports; it may write nothing, start no process, and read nothing
 * else. What the model does not hold are the network before Node 25 and native code, which ONNX and the native TensorFlow.js
 * are themselves.
 *
 * @param hostScript path of the program that serves the model
 * @returns none for a version that is a server or a program, where nothing of its own runs in that process, and for a Node
 *   without the model
 */
export function sandboxFlags(spec: ModelSpec, hostScript: string): readonly string[] {
  const folder = codeFolder(spec);
  const known = process.allowedNodeEnvironmentFlags;
  const flag = permissionFlag();
  if (folder === undefined || flag === undefined) return [];
  const installed = dirname(dirname(realpathSync(hostScript)));
  const readable = [
    ...[folder, installed].flatMap((path) => [join(path, '/'), ...packagesAbove(path)]),
    ...linkedPackages(join(installed, 'node_modules')),
    // How much memory it has used.
    '/proc/self/status',
  ];
  // The model of Node 20 forgets a folder over what is named below it.
  const widest = readable.filter((path) => readable.every((other) => other === path || !isBelow(path, other)));
  const network = known.has('--allow-net') && spec.runtime === 'http' ? ['--allow-net'] : [];
  const native = known.has('--allow-addons') ? ['--allow-addons'] : [];
  // The thread that looks whether canary still runs.
  return [
    flag,
    '--no-warnings',
    '--allow-worker',
    ...network,
    ...native,
    ...[...new Set(widest)].map((path) => `--allow-fs-read=${path}`),
  ];
}

/** The same for a module that needs nothing of canary's: it may read its own folder and packages above it. */
export function moduleFlags(folder: string): readonly string[] {
  const flag = permissionFlag();
  if (flag === undefined) return [];
  const readable = [join(folder, '/'), ...packagesAbove(folder)];
  return [flag, '--no-warnings', ...readable.map((path) => `--allow-fs-read=${path}`)];
}

function permissionFlag(): string | undefined {
  return ['--permission', '--experimental-permission'].find((name) => process.allowedNodeEnvironmentFlags.has(name));
}

/** Where a version's own code lies; undefined where it has none that runs in its process. */
function codeFolder(spec: ModelSpec): string | undefined {
  if (spec.runtime === 'http') return spec.preprocess?.folder;
  return spec.runtime === 'command' ? undefined : spec.folder;
}

/** The folders of packages that an import finds above a folder, and what says of each folder how its files are read. */
function packagesAbove(folder: string): readonly string[] {
  const parent = dirname(folder);
  if (parent === folder) return [];
  const packages = join(parent, 'node_modules');
  const found = existsSync(packages) ? [join(packages, '/'), join(realpathSync(packages), '/')] : [];
  return [join(parent, 'package.json'), ...found, ...packagesAbove(parent)];
}

function isBelow(path: string, folder: string): boolean {
  return folder.endsWith('/') && path.startsWith(folder);
}

/** Where packages really lie that are linked into a folder of packages, as `npm link` does it. */
function linkedPackages(packages: string): readonly string[] {
  if (!existsSync(packages)) return [];
  const whole = realpathSync(packages);
  if (whole !== packages) return [join(whole, '/'), ...linkedPackages(whole)];
  return readdirSync(packages, { withFileTypes: true }).flatMap((entry) => {
    const path = join(packages, entry.name);
    if (entry.isSymbolicLink()) return existsSync(path) ? [join(realpathSync(path), '/')] : [];
    return entry.isDirectory() && entry.name.startsWith('@') ? linkedPackages(path) : [];
  });
}
