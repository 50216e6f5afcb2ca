export type { AwsAnswer, AwsCall } from './aws-call.js';
export * from './aws-front.js';
export * from './aws-peers.js';
export * from './github-acme.js';
export { startGithubOpenApi } from './github-openapi.js';
export * from './github-stand-in.js';
export { freePort, type Peer } from './python-peer.js';
export { pythonPackage, type FoundPython, type PythonPackage } from './python-package.js';
export * from './oci.js';
