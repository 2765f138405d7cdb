import { parseAst } from 'rolldown/parseAst';

/**
 * Hands each `import()` that is left in a file, of an installed package or of a user's module, to `importModule` of
 * start.cjs. V8 forgets for a script from its code cache who resolves what that script imports.
 *
 * @returns {import('rolldown').Plugin}
 */
export function importsByNode() {
  return {
    name: 'imports-by-node',
    renderChunk(code, chunk) {
      if (chunk.name === 'start' || !code.includes('import(')) return null;
      const places = importsIn(parseAst(code)).toSorted((one, other) => other - one);
      // On the line of an import the columns behind it move, which a stack can live with.
      const changed = places.reduce(
        (text, place) =>
          `${text.slice(0, place)}require("./start.cjs").importModule${text.slice(place + 'import'.length)}`,
        code,
      );
      return { code: changed, map: null };
    },
  };
}

/**
 * Where each `import()` begins.
 *
 * @param {unknown} node of a syntax tree
 * @returns {number[]}
 */
function importsIn(node) {
  if (typeof node !== 'object' || node === null) return [];
  const below = Object.values(node).flatMap(importsIn);
  return 'type' in node && node.type === 'ImportExpression' && 'start' in node && typeof node.start === 'number'
    ? [node.start, ...below]
    : below;
}
