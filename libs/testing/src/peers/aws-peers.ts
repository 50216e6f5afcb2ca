import { startPythonPeer, type Peer } from './python-peer.js';

const MINISTACK = {
  name: 'MiniStack', folder: 'ministack-1.5.33', requirement: 'ministack==1.5.33', module: 'ministack', health: '/_ministack/health',
  args: () => [],
  env: (port: number) => ({ BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port), LOG_LEVEL: 'WARNING', CLOUDTRAIL_RECORDING: '1' }),
};

let ministackStarted: Promise<Peer | undefined> | undefined;
let motoStarted: Promise<Peer | undefined> | undefined;

/**
 * MiniStack, an AWS without Docker: ECR with a real OCI push under /v2/, ECS whose services run tasks, STS, ELBv2, EC2.
 * It has no network interfaces of tasks, drops weighted forwards and gives no `containers[].imageDigest`.
 * One for a test file; a 12-digit access key id is its account. Undefined, with the reason printed, where it cannot be had.
 */
export const ministack = (): Promise<Peer | undefined> => (ministackStarted ??= startPythonPeer(MINISTACK));

/**
 * moto's server: network interfaces, weighted rules, security groups and NACLs of EC2 and ELBv2, Organizations, WAFv2.
 * Its ECR has wrong digests and no /v2/, its ECS services run nothing. A header `x-moto-account-id` names the account.
 */
export const moto = (): Promise<Peer | undefined> => (motoStarted ??= startPythonPeer({
  name: 'moto', folder: 'moto-5.2.5', requirement: 'moto[server]==5.2.5', module: 'moto.server', health: '/moto-api/',
  args: (port) => ['-H', '127.0.0.1', '-p', String(port)],
  env: () => ({}),
}));

/** A MiniStack of one's own that judges every call by the policies of IAM, and AssumeRole by the role's trust policy. */
export const guardedMinistack = (): Promise<Peer | undefined> => startPythonPeer({ ...MINISTACK, env: (port) => ({ ...MINISTACK.env(port), AUTH: 'true' }) });
