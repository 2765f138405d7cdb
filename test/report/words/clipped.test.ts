import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { clipped, paragraph, type Style } from '../../../src/report/words/style.ts';

const style: Style = { columns: 40, color: 0, unicode: true };

test.each([
  ['a text without spaces', 'x'.repeat(500)],
  ['an answer in Chinese', '您的订单将于明天送达。'.repeat(20)],
])('%s that is longer than a line is shown by its beginning', (_, text) => {
  const shown = clipped(text, style, '    baseline   ', 1);
  expect(text.startsWith(shown.slice(0, -1))).toBe(true);
  expect(shown.endsWith('…')).toBe(true);
  expect(stringWidth(shown)).toBeGreaterThanOrEqual(20);
  expect(paragraph(shown, style, '    baseline   ').split('\n')).toHaveLength(1);
  expect(paragraph(clipped(text, style, '  ', 3), style, '  ').split('\n')).toHaveLength(3);
});
