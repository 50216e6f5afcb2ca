import type { EngineDescription } from './engines.js';

// Filled in below once the embedded path is proven; see the end of this file's history.
export const containerEngines = async (): Promise<EngineDescription | undefined> => undefined;
