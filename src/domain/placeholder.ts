/** A part of a body template that stands for something of a request: `{{input}}`, `{{input.FIELD}}` or `{{id}}`, its name and its path. */
export const placeholder = /\{\{\s*(input|id)((?:\.[^\s.{}](?:[^.{}]*[^\s.{}])?)*)\s*\}\}/gu;

/** Whatever looks like a placeholder in a template and is none, such as `{{inputs}}`. */
export function unknownPlaceholders(template: unknown): string[] {
  if (typeof template === 'string') return template.replaceAll(placeholder, '').match(/\{\{[^{}]*\}\}/gu) ?? [];
  if (typeof template !== 'object' || template === null) return [];
  return Object.values(template).flatMap(unknownPlaceholders);
}
