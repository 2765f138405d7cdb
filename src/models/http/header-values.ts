import { headerVariable } from '../../domain/endpoint.ts';
import { unusableFile } from '../../domain/errors.ts';

/** The environment's variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Headers as they are sent, and what of them must never be shown. */
export interface HeaderValues {
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/**
 * Puts the environment's values where a version's headers name them as `${NAME}`.
 *
 * @throws UserError (exit 5) that names every variable that is unset or empty
 */
export function headerValues(written: Readonly<Record<string, string>>, environment: Environment): HeaderValues {
  const secrets = new Set<string>();
  const missing: { readonly name: string; readonly key: string }[] = [];
  const headers = Object.fromEntries(
    Object.entries(written).map(([name, text]) => {
      const value = text.replaceAll(headerVariable, (_, key: string) => {
        const found = environment[key] ?? '';
        if (found === '') missing.push({ name, key });
        else secrets.add(found);
        return found;
      });
      return [name.toLowerCase(), value];
    }),
  );
  if (missing.length === 0) return { headers, secrets: [...secrets] };
  const needs = missing.map(({ name, key }) => `${name} needs ${key}`).join(', ');
  const settings = [...new Set(missing.map(({ key }) => `${key}=…`))].join(' ');
  throw unusableFile(`environment variables of its headers are not set: ${needs}`, {
    hint: `Set them where canary runs, for example ${settings} canary evaluate PLAN; canary never writes a value down.`,
  });
}

/** A text without the secrets that a server may have repeated in it. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
}
