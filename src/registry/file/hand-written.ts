import type { ModelRegistry } from '../../domain/registry.ts';
import type { Finding } from './findings.ts';
import type { WrittenRegistry } from './registry-validator.ts';

/**
 * A written registry with all its parts. At revision 0, which a person wrote, rollouts and history may be absent, and
 * aliases and traffic as well where it is plain what they would be: exactly one version is stable.
 */
export function completed(written: WrittenRegistry): {
  readonly registry: ModelRegistry;
  readonly findings: readonly Finding[];
} {
  const { aliases = {}, traffic = {}, rollouts = {}, history = [] } = written;
  const registry = { ...written, aliases, traffic, rollouts, history };
  if (written.revision > 0) return { registry, findings: missingParts(written) };

  const stable = Object.keys(written.versions).filter((version) => written.versions[version]?.status === 'stable');
  const [only, another] = stable;
  const hasTraffic = Object.keys(traffic).length > 0;
  if (only === undefined || another !== undefined) {
    return { registry, findings: hasTraffic ? [] : [unclearTraffic(stable, Object.keys(written.versions))] };
  }
  return {
    registry: {
      ...registry,
      aliases: Object.keys(aliases).length > 0 ? aliases : { stable: only },
      traffic: hasTraffic ? traffic : { [only]: 1 },
    },
    findings: [],
  };
}

function missingParts(written: WrittenRegistry): Finding[] {
  const parts = ['aliases', 'traffic', 'rollouts', 'history'] as const;
  return parts
    .filter((part) => written[part] === undefined)
    .map((part) => ({
      pointer: `/${part}`,
      rule: 'missing-key',
      message: `${part} is missing from a file at revision ${written.revision}`,
      hint: 'restore the file from version control, or start again at revision 0 with an empty history',
    }));
}

function unclearTraffic(stable: readonly string[], versions: readonly string[]): Finding {
  const found = stable.length === 0 ? 'no version is stable' : `${stable.join(' and ')} are both stable`;
  return {
    pointer: '/traffic',
    rule: 'unclear-traffic',
    message: `traffic is missing, and ${found}`,
    hint: `give the version that serves users the status stable, or write "traffic": { "${versions[0]}": 1 }`,
  };
}
