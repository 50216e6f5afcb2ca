export { recoverHome, startEngines, type EngineName, type EngineOptions, type Engines } from './engines/start-engines.js';
export { localConfig, type LocalConfig } from './config.js';
export { lockHome, type HomeLock } from './home/lock.js';
export { homePaths, type HomePaths } from './home/paths.js';
export { SERVICES } from './home/names.js';
export { describeEngines, type EngineDescription } from './engines/describe.js';
export type { Supervised } from './process/supervised.js';
