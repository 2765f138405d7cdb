import type { KeptRows } from '../kept/read-kept.ts';
import type { LogSource } from '../table/live-split.ts';
import type { LineCounts } from '../../domain/log/request-file-facts.ts';

/** What an importer found in one file beyond the rows that it added to the table. */
export interface FileReading {
  /** Unreadable records that are not in the table; negative where the table has some twice. */
  readonly furtherUnreadable: number;
  /** How the file's lines became records; absent where each line is one. */
  readonly lines?: LineCounts;
  /** How the file was read where that does not go without saying, a clause each. */
  readonly notes?: readonly string[];
}

/** Brings the logs of one format into the table `requests`. */
export interface RequestImporter {
  /**
   * Adds every record of the files to the table `requests`, each with the reason why it is left out if there is one.
   * @param kept what some formats read files through.
   * @returns what was found in each file, in the order of the files.
   * @throws UserError (exit 5) for a file that is not of this format.
   */
  importFiles(log: LogSource, kept?: KeptRows): Promise<readonly FileReading[]>;
  /** Who answered in the files and what was sent, of a format whose lines do not simply say it. */
  survey?(log: LogSource): Promise<ExchangeSurvey>;
}

/** What the log of a serving system says before anybody knows which version is which. */
export interface ExchangeSurvey {
  /** Names of who answered, the most frequent first, with their lines; empty where the log does not tell. */
  readonly names: readonly (readonly [name: string, lines: number])[];
  /** Whether two of them answered the same requests. */
  readonly pairs: boolean;
  /** The first decoded inputs, as JSON texts. */
  readonly inputs: readonly string[];
}
