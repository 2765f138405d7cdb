import { placeholder } from '../../domain/placeholder.ts';
import { AnswerError, isObject, readerAt } from './exchange.ts';

/** What the placeholders of a body stand for. */
export interface RequestValues {
  readonly input: unknown;
  readonly id: string;
}

/** Writes a body for one request. @throws AnswerError (`model-error`) where the input lacks what it asks for */
export type BodyTemplate = (values: RequestValues) => unknown;

const onePlaceholder = new RegExp(`^${placeholder.source}$`, 'u');

/**
 * Reads a template once for all requests. A string that is one placeholder becomes the value itself, whatever it is; within
 * a longer string a placeholder becomes its text.
 */
export function bodyTemplate(template: unknown): BodyTemplate {
  if (Array.isArray(template)) {
    const items = template.map(bodyTemplate);
    return (values) => items.map((item) => item(values));
  }
  if (isObject(template)) {
    const members = Object.entries(template).map(([key, value]) => [key, bodyTemplate(value)] as const);
    return (values) => Object.fromEntries(members.map(([key, member]) => [key, member(values)]));
  }
  if (typeof template !== 'string') return () => template;
  const whole = onePlaceholder.exec(template);
  if (whole !== null) {
    return placeholderReader(whole[1], whole[2]);
  }
  return (values) =>
    template.replaceAll(placeholder, (_, name: string, path: string) => {
      const value = placeholderReader(name, path)(values);
      return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    });
}

/** @param path behind the name, led by a dot; empty for all of it */
function placeholderReader(name: string | undefined, path = ''): BodyTemplate {
  const root: BodyTemplate = name === 'id' ? ({ id }) => id : ({ input }) => input;
  if (path === '') return root;
  const read = readerAt(path.slice(1));
  return (values) => {
    const value = read(root(values));
    if (value === undefined) throw new AnswerError('model-error', `the input has no ${path.slice(1)}`);
    return value;
  };
}
