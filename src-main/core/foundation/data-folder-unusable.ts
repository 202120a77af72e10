import { AppError } from './app-error.ts';

/** The folder that holds all data, or a file in it, cannot be used. `remedy` is a sentence for the user. */
export class DataFolderUnusable extends AppError<'DATA_FOLDER_UNUSABLE'> {
  constructor(data: { path: string; reason: string; remedy: string }, options?: ErrorOptions) {
    super('DATA_FOLDER_UNUSABLE', `${data.path} cannot be used: ${data.reason}. ${data.remedy}`, data, options);
  }
}
