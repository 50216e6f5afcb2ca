export { detectBuild } from './ci/detect.js';
export type { CiBuild } from './ci/build.js';
export { EXIT, type ExitCode } from './errors.js';
export type { Executed, Io, Sink } from './io.js';
export { run } from './run.js';
