import { headerBucket, headerSteps } from '../../assignment/schemes/envoy.ts';
import { goHeader } from './go.ts';
import type { HeaderCode } from './header-code.ts';
import { javaHeader } from './java.ts';
import { javascriptHeader } from './javascript.ts';
import { pythonHeader } from './python.ts';

/** The languages that a caller may be written in. */
export const headerLanguages = ['js', 'python', 'go', 'java'] as const;
export type HeaderLanguage = (typeof headerLanguages)[number];

const writers: Readonly<Record<HeaderLanguage, (code: HeaderCode) => string>> = {
  js: javascriptHeader,
  python: pythonHeader,
  go: goHeader,
  java: javaHeader,
};

/** Users of every length of the hash's last block, and some that are not ASCII. */
const tested = ['', 'a', 'u1', 'abc', 'user-1', 'user-42', '\u{fc}', '\u{4f60}\u{597d}-7'];

/**
 * A function that gives a user the bucket that goes into the header `x-canary-bucket`, from 0 to 999999, and vectors that whoever
 * copies it can hold it against: run as a program it checks them.
 */
export function bucketHeaderCode(language: HeaderLanguage, salt: string): string {
  const vectors = tested.map((unit) => [literal(unit), headerBucket(salt, unit)] as const);
  return writers[language]({ salt: literal(salt), steps: headerSteps, vectors });
}

/** Escapes what is not ASCII by four hexadecimal digits. A character that UTF-16 writes as two stays as it is, since Go and Python read no such pair. */
function literal(text: string): string {
  return JSON.stringify(text).replaceAll(/[\u{80}-\u{ffff}]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
