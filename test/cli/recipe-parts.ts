import { parse } from 'yaml';
import { blocksOf } from './doc-blocks.ts';

/** The first value below a value that has these keys. */
export function having(value: unknown, ...keys: readonly string[]): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value) && keys.every((key) => key in value)) return { ...value };
  for (const below of Object.values(value)) {
    const found = having(below, ...keys);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function listIn(value: unknown, key: string): readonly Record<string, unknown>[] {
  const list = having(value, key)?.[key];
  if (!Array.isArray(list)) throw new Error(`the recipe has no list ${key}`);
  return list;
}

/** What a GitHub job runs. */
function stepsOf(recipe: unknown): string {
  const steps = listIn(recipe, 'steps').map((step) => step['run']);
  return steps.filter((line) => typeof line === 'string').join('\n');
}

/** What a GitLab job runs, after what it inherits. */
function jobOf(recipe: unknown, base: string, name: string): string {
  const lines = (job: string, key: string): readonly unknown[] => {
    const found = having(recipe, job)?.[job];
    const list = typeof found === 'object' && found !== null ? Object.entries(found).find(([own]) => own === key) : [];
    return Array.isArray(list?.[1]) ? list[1] : [];
  };
  return [...lines(base, 'before_script'), ...lines(name, 'script')].join('\n');
}

/** What a page's recipe of a whole rollout runs in a pipeline: a step, taking the candidate out, and which commit they begin from. */
export function pipelineOf(page: string, key: 'run' | 'script') {
  const texts = blocksOf(page, 'yaml').filter((block) => /STAGE|REASON/u.test(block));
  const text = texts.find((block) => block.includes('STAGE')) ?? '';
  const recipe: unknown = parse(text);
  // GitLab checks every job of a pipeline out at the pipeline's commit.
  if (key === 'script')
    return {
      text,
      script: jobOf(recipe, '.step', '.step'),
      takeOut: jobOf(recipe, '.step', 'take-out'),
      checkedOut: 'first commit' as const,
    };
  const takesOut: unknown = parse(texts.find((block) => !block.includes('STAGE')) ?? '');
  const checkedOut = having(recipe, 'ref')?.['ref'] === 'main' ? ('main' as const) : ('first commit' as const);
  return { text, script: stepsOf(recipe), takeOut: stepsOf(takesOut), checkedOut };
}
