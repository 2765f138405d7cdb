import type { ErrorObject } from 'ajv/dist/2020.js';

/**
 * How one kind of document speaks of what its schema found: a plan as its writer would write it, `key: value`; a JSON
 * file by the pointer to the place.
 */
export interface SchemaVoice<Place, Found> {
  /** The place of a pointer in the document. */
  readonly placeOf: (pointer: string) => Place;
  /** Equal for findings of one place. */
  readonly identityOf: (finding: Found) => string;
  readonly missingKey: (parent: Place, key: string, data: unknown) => Found;
  readonly unknownKey: (parent: Place, key: string) => Found;
  readonly wrongType: (place: Place, types: readonly string[], data: unknown) => Found;
  readonly unknownValue: (place: Place, choices: readonly string[], data: unknown) => Found;
  readonly invalidName?: (parent: Place, name: string) => Found;
  readonly invalidValue: (place: Place, error: ErrorObject) => Found;
}

/**
 * Says in the words of a document what its schema found.
 * @param errors of a validator with `allErrors` and `verbose`.
 * @returns at most one finding per place, since a value of the wrong type breaks every other rule as well.
 */
export function schemaFindings<Place, Found extends { readonly rule: string }>(
  errors: readonly ErrorObject[],
  voice: SchemaVoice<Place, Found>,
): Found[] {
  const byPlace = new Map<string, Found>();
  for (const error of errors) {
    const finding = explain(error, voice);
    if (finding === undefined) continue;
    const identity = voice.identityOf(finding);
    // A wrong type says more than a value outside an enumeration; the rest come in the schema's order.
    if (!byPlace.has(identity) || finding.rule === 'wrong-type') byPlace.set(identity, finding);
  }
  return [...byPlace.values()];
}

function explain<Place, Found>(error: ErrorObject, voice: SchemaVoice<Place, Found>): Found | undefined {
  const { keyword, params, data } = error;
  const place = voice.placeOf(error.instancePath);
  switch (keyword) {
    case 'required':
      return voice.missingKey(place, String(params['missingProperty']), data);
    case 'additionalProperties':
      return voice.unknownKey(place, String(params['additionalProperty']));
    case 'propertyNames':
      return voice.invalidName?.(place, String(params['propertyName']));
    case 'type':
      return voice.wrongType(place, [params['type']].flat().map(String), data);
    case 'enum':
    case 'const':
      return voice.unknownValue(place, choicesOf(params), data);
    case 'if':
      // That a condition's branch does not fit is said again by what in the branch does not fit.
      return undefined;
    default:
      // The pattern of a key is reported once, as propertyNames.
      return error.propertyName === undefined ? voice.invalidValue(place, error) : undefined;
  }
}

function choicesOf({ allowedValues, allowedValue }: { allowedValues?: unknown; allowedValue?: unknown }): string[] {
  return Array.isArray(allowedValues) ? allowedValues.map(String) : [String(allowedValue)];
}
