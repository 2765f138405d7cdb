/** Where the documentation says what to do where a percentage of users is the wrong tool. */
export const advicePage = 'docs/routing.md#where-a-percentage-is-the-wrong-tool';
