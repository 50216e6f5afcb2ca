/** What we conclude ourselves, from tags and layer histories, is said under this name. */
export const INFERENCE_SOURCE = 'throughline:inference';
