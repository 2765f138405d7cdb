import { markdownBlocks } from './markdown-text.ts';

/** GitHub takes 65,536 characters in a comment, and 1 MiB in a job's summary. Those that are missing leave room for what a pipeline writes around a report. */
export const mostCharacters = 65_000;

const leftOutSentence =
  'Part of the report was left out here, since a comment holds 65,536 characters; the HTML report has all of it.';

/**
 * Blocks that fit in a comment together: the folded ones with half as many rows until they do, then without those that are too long, which a
 * sentence says.
 * @param shown what is shown in any case; its lines end where the room does.
 * @param folded the blocks that are folded, with so many rows each.
 * @param mostRows how many rows they have at most.
 */
export function withinComment(
  shown: readonly string[],
  folded: (rows: number) => readonly string[],
  mostRows: number,
): string {
  for (let rows = mostRows; rows >= 1; rows = Math.floor(rows / 2)) {
    const text = markdownBlocks(...shown, ...folded(rows));
    if (text.length <= mostCharacters) return text;
  }
  const lines: string[] = [];
  let room = mostCharacters - leftOutSentence.length - 2;
  const fits = (text: string) => (room -= text.length + 2) >= 0;
  for (const line of markdownBlocks(...shown).split('\n')) {
    if (!fits(line)) return markdownBlocks(lines.join('\n'), leftOutSentence);
    lines.push(line);
  }
  const kept = folded(1).filter((block) => block.length + 2 <= room && fits(block));
  return markdownBlocks(lines.join('\n'), ...kept, leftOutSentence);
}
