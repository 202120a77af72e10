/** The largest file that is taken over the API, in bytes; the command line takes larger ones. */
export const maxUploadBytes = 1024 ** 3;
/** The largest part of a file in one call, in bytes, before it is put in base64. */
export const maxPartBytes = 512 * 1024;
