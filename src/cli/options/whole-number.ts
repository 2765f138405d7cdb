import { InvalidArgumentError } from 'commander';

/** Reads an option's whole number between two limits. */
export function wholeNumber(option: string, least: number, most: number): (written: string) => number {
  return (written) => {
    const number = /^\d+$/u.test(written) ? Number(written) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(
      `Write a whole number from ${least} to ${most}, such as ${option} ${Math.max(least, Math.min(most, 100))}.`,
    );
  };
}
