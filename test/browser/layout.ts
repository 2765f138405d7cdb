import type { Page } from 'playwright-core';

/**
 * What of a page is laid out wrongly: a page that scrolls sideways, a table or text of which a part is cut off, and a word that is broken though
 * its box has room for the whole. Code in boxes that scroll by themselves is meant.
 */
export async function layoutFaults(page: Page): Promise<readonly string[]> {
  return await page.evaluate(script);
}

// Runs in the page, which knows nothing of types.
const script = String.raw`(() => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push('the page scrolls: ' + root.scrollWidth + ' in ' + root.clientWidth);
  const isShown = (element) => element.checkVisibility();
  // Headings that are for readers of screens alone.
  const isForScreenReaders = (element) => {
    for (let each = element; each !== null; each = each.parentElement)
      if (getComputedStyle(each).position === 'absolute') return true;
    return false;
  };
  const named = (element) => element.tagName.toLowerCase() + ' ' + element.textContent.trim().slice(0, 40);
  for (const element of document.querySelectorAll('td, th, table, main, section, p, li, h1, h2, h3, figure, svg')) {
    if (!isShown(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || isForScreenReaders(element)) continue;
    if (box.right > root.clientWidth + 1 || box.left < -1) faults.push('cut at the edge: ' + named(element));
    if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === 'hidden')
      faults.push('cut inside: ' + named(element));
  }
  for (const text of document.querySelectorAll('svg text')) {
    const [inner, outer] = [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()];
    if (isShown(text) && (inner.left < outer.left - 1 || inner.right > outer.right + 1))
      faults.push('cut label: ' + text.textContent);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const holder = node.parentElement;
    if (holder.closest('svg, pre, script, style') !== null || !isShown(holder)) continue;
    let block = holder;
    while (getComputedStyle(block).display.startsWith('inline')) block = block.parentElement;
    const style = getComputedStyle(block);
    const room = block.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    for (const word of node.data.matchAll(/[\p{L}\p{N}_]+/gu)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const pieces = [...range.getClientRects()];
      const width = pieces.reduce((sum, piece) => sum + piece.width, 0);
      if (new Set(pieces.map((piece) => Math.round(piece.top))).size > 1 && width < room)
        faults.push('broken word: ' + word[0] + ' in ' + named(block));
    }
  }
  return faults;
})()`;
