import { countOf } from '../../domain/format-number.ts';

/**
 * A name or sentence as Markdown that reads as it is: nothing in it is markup, HTML, a link, a mention or an end of a
 * table's cell.
 * @param text harmless already (`printableName`, `printableSentence`), so on one line.
 */
export function markdownText(text: string): string {
  return withoutTags(text)
    .replaceAll(/[\\`*_[\]|~$]/gu, String.raw`\$&`)
    .replace(/^(?=[-+](?:[-\s]|$)|#{1,6}\s)/u, '\\')
    .replace(/^\d+(?=[.)] )/u, '$&\\')
    .replaceAll(/(?<=https?|ftp):(?=\/\/)/giu, '&#58;')
    .replaceAll(/www(?=\.)/giu, '$&<!-- -->')
    .replaceAll('@', '@<!-- -->');
}

function withoutTags(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A name as code. Where it holds anything that Markdown or HTML could read otherwise, every such character is escaped. */
export function markdownCode(text: string): string {
  return /^[\w ./=:,()%+-]*[\w./=:,()%+-]$/u.test(text) ? `\`${text}\`` : `<code>${markdownText(text)}</code>`;
}

/** A table; cells are Markdown already. Empty where it has no rows. */
export function markdownTable(
  columns: readonly { readonly header: string; readonly align?: 'right' }[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) return '';
  const lines = [
    columns.map(({ header }) => header),
    columns.map(({ align }) => (align === 'right' ? '---:' : '---')),
    ...rows,
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Blocks with an empty line between them; empty blocks leave no gap. */
export function markdownBlocks(...blocks: readonly string[]): string {
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** Blocks that a reader opens when they want to. The summary stands in HTML, where Markdown's escapes would be seen. */
export function markdownDetails(summary: string, ...blocks: readonly string[]): string {
  const body = markdownBlocks(...blocks);
  // The empty lines make what is inside Markdown again.
  return body === '' ? '' : `<details>\n<summary>${withoutTags(summary)}</summary>\n\n${body}\n\n</details>`;
}

/** The first items with a line that says how many are left out, for documents that have a largest size. */
export function cut<Item>(
  items: readonly Item[],
  most: number,
): { readonly kept: readonly Item[]; readonly left: number } {
  return { kept: items.slice(0, most), left: Math.max(0, items.length - most) };
}

/** The line that says so; empty where nothing is left out. */
export function leftOut(count: number): string {
  return count === 0 ? '' : `… and ${countOf(count, 'more', 'more')}, which the evidence holds.`;
}
