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
   * @returns what was found in each file, in the order of the files.
   * @throws UserError (exit 5) for a file that is not of this format.
   */
  importFiles(log: LogSource): Promise<readonly FileReading[]>;
}
