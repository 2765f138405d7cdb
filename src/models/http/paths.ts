/** The value at a dotted path such as `prediction.0` or `outputs.label`; undefined where there is none. */
export function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((part, step) => memberOf(part, step), value);
}

function memberOf(value: unknown, step: string): unknown {
  if (Array.isArray(value)) {
    const item: unknown = /^\d+$/u.test(step) ? value[Number(step)] : undefined;
    return item;
  }
  return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const placeholder = /\{\{ *(input|id)((?:\.[^.{}]+)*) *\}\}/gu;
const onePlaceholder = new RegExp(`^${placeholder.source}$`, 'u');

/**
 * A template with a request's own values in it. A string that is one placeholder becomes the value itself, whatever it
 * is; within a longer string a placeholder becomes its text.
 */
export function filled(template: unknown, values: { readonly input: unknown; readonly id: string }): unknown {
  if (Array.isArray(template)) return template.map((item) => filled(item, values));
  if (isObject(template)) {
    return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, filled(value, values)]));
  }
  if (typeof template !== 'string') return template;
  const lookUp = (name: string, path: string): unknown => {
    const root = name === 'id' ? values.id : values.input;
    return path === '' ? root : valueAt(root, path.slice(1));
  };
  const whole = onePlaceholder.exec(template);
  if (whole !== null) return lookUp(whole[1] ?? '', whole[2] ?? '') ?? null;
  return template.replaceAll(placeholder, (_, name: string, path: string) => {
    const value = lookUp(name, path);
    return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  });
}
