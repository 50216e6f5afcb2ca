export * from './aws-peers.js';
export { freePort, type Peer } from './python-peer.js';
