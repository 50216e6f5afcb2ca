export { isPublicAddress, isReachableAddress } from './address.js';
export { AddressRefused, createGuard, hostPort, type Guard, type GuardOptions } from './guard.js';
