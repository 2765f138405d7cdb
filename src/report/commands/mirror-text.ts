import { printableName } from '../words/printable.ts';
import { fields, page, section, type Style } from '../words/style.ts';

/** What a mirror shows now. */
export interface Mirrored {
  readonly server: string;
  readonly model: string;
  readonly aliases: readonly {
    readonly alias: string;
    /** MLflow's number before and after; undefined where the alias is not set. */
    readonly now: string | undefined;
    readonly wanted: string | undefined;
    readonly version: string | undefined;
  }[];
  /** How many tags of versions were written. */
  readonly tags: number;
}

/** One line per alias. */
export function mirrorText({ server, model, aliases, tags }: Mirrored, style: Style): string {
  const pairs = aliases.map(({ alias, now, wanted, version }) => {
    const name = version === undefined ? '' : ` (${version})`;
    const before = now === wanted ? ', as before' : `, before ${shown(now)}`;
    return [printableName(alias), `${shown(wanted)}${name}${before}`] as const;
  });
  const written = ['tags written', String(tags)] as const;
  return page([
    section(`${printableName(model)} on ${printableName(server)}`, [fields([...pairs, written], style)], style),
  ]);
}

function shown(number: string | undefined): string {
  return number === undefined ? 'not set' : `version ${number}`;
}

/** The same as JSON: a version that is not set is null. */
export function mirrorJson({ server, model, aliases, tags }: Mirrored): object {
  return {
    server,
    model,
    aliases: aliases.map(({ alias, now, wanted, version }) => ({
      alias,
      before: now ?? null,
      after: wanted ?? null,
      version: version ?? null,
    })),
    tags,
  };
}
