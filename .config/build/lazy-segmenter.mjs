/**
 * Lets string-width make its segmenter when a text first asks for it, and none for plain ASCII, which is as wide as it is
 * long: to make one takes a fifth of the processor time of an empty Node program, and most messages are ASCII.
 *
 * @returns {import('rolldown').Plugin}
 * @throws when string-width is no longer written as it was
 */
export function lazySegmenter() {
  return {
    name: 'lazy-segmenter',
    transform: {
      filter: { id: /[\\/]node_modules[\\/]string-width[\\/]index\.js$/u },
      handler(code) {
        if (!code.includes('Intl.Segmenter')) return null;
        const changed = replaced(code, [
          ['const segmenter = new Intl.Segmenter();', 'let segmenter;'],
          ['\tlet width = 0;\n', '\tif (/^[ -~]*$/.test(string)) return string.length;\n\tlet width = 0;\n'],
          ['of segmenter.segment(', 'of (segmenter ??= new Intl.Segmenter()).segment('],
        ]);
        return { code: changed, map: null };
      },
    },
  };
}

/**
 * @param {string} code
 * @param {readonly (readonly [from: string, to: string])[]} changes
 */
function replaced(code, changes) {
  return changes.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`string-width has not one ${JSON.stringify(from)}`);
    return text.replace(from, () => to);
  }, code);
}
