import { type PlotOptions, plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** What a chart says to those who do not see it. */
export interface ChartText {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

/** As much of the DOM as drawing needs, since this program is compiled without a browser's types. */
interface SvgElement {
  readonly ownerDocument: { createElementNS(namespace: string, name: string): SvgElement };
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  readonly outerHTML: string;
  textContent: string;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelectorAll(selector: string): Iterable<SvgElement>;
  prepend(element: SvgElement): void;
  remove(): void;
}

let chartDocument: PlotOptions['document'];

/**
 * Draws a chart to SVG, without a browser. Its colours are the page's CSS variables, so that it follows light and dark.
 * @returns markup in which every text is escaped, with a title and a description for screen readers.
 */
export function renderChart(options: PlotOptions, { id, title, description }: ChartText): string {
  const svg = rendered(options);
  const document = svg.ownerDocument;
  const described = [
    ['desc', description],
    ['title', title],
  ] as const;
  for (const [name, text] of described) {
    // The element is of SVG's own namespace: the text of an HTML title is written as it is, with whatever markup a name holds.
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    element.setAttribute('id', `${id}-${name}`);
    element.textContent = text;
    svg.prepend(element);
  }
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-labelledby', `${id}-title ${id}-desc`);
  return svg.outerHTML;
}

/** A chart beside which its numbers stand, so that it is left out for those who do not see it. */
export function renderDecoration(options: PlotOptions): string {
  const svg = rendered({ ...options, axis: null });
  svg.setAttribute('aria-hidden', 'true');
  return svg.outerHTML;
}

function rendered(options: PlotOptions): SvgElement {
  chartDocument ??= parseHTML('<html></html>')['document'];
  const svg: unknown = plot({ ...options, document: chartDocument, style: {} });
  if (!isElement(svg)) throw new TypeError('a chart is rendered to an element');
  // The page's policy allows one style element, its own; and labels of parts are not read inside an image.
  for (const element of svg.querySelectorAll('style')) element.remove();
  for (const element of [svg, ...svg.querySelectorAll('*')]) tidy(element);
  svg.setAttribute('class', 'plot');
  return svg;
}

function isElement(drawing: unknown): drawing is SvgElement {
  return typeof drawing === 'object' && drawing !== null && 'outerHTML' in drawing;
}

function tidy(element: SvgElement): void {
  for (const name of ['aria-label', 'aria-hidden', 'style', 'font-family']) element.removeAttribute(name);
  for (const { name, value } of element.attributes) {
    // A hundredth of a pixel is as exact as anybody sees.
    const short = value.replaceAll(/\d+\.\d{3,}/gu, (digits) => String(Math.round(Number(digits) * 100) / 100));
    if (short !== value) element.setAttribute(name, short);
  }
}
