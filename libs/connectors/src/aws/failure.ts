import type { PullGap } from '@throughline/connectors/api';
import type { CallSpec } from './calls.js';

export type FailureKind = 'throttled' | 'access_denied' | 'bad_credentials' | 'not_found' | 'unsupported' | 'unreachable' | 'failed';

/** A call that failed for good, after the client's own retries. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  constructor(readonly spec: CallSpec, readonly kind: FailureKind, readonly code: string, options: { readonly cause: unknown }) {
    super(`${spec.permission} failed: ${code}`, options);
  }
}

const THROTTLED = new Set([
  'BandwidthLimitExceeded', 'EC2ThrottledException', 'LimitExceededException', 'PriorRequestNotComplete', 'ProvisionedThroughputExceededException',
  'RequestLimitExceeded', 'RequestThrottled', 'RequestThrottledException', 'SlowDown', 'ThrottledException', 'Throttling', 'ThrottlingException',
  'TooManyRequestsException', 'WAFLimitsExceededException',
]);
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'AuthorizationError', 'UnauthorizedOperation', 'NotAuthorized', 'ForbiddenException', 'WAFAccessDeniedException']);
const CREDENTIALS = new Set([
  'AuthFailure', 'CredentialsProviderError', 'ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId', 'InvalidSignatureException',
  'OptInRequired', 'SignatureDoesNotMatch', 'UnrecognizedClientException',
]);
/** `InvalidAccessException`: Security Hub is not switched on. */
const UNSUPPORTED = new Set(['InvalidAccessException', 'InvalidAction', 'UnknownOperation', 'UnknownOperationException', 'UnsupportedOperation', 'UnsupportedOperationException', 'NotImplemented', 'UnsupportedCommandException']);

/** Class of an error of the SDK, by its name and status, never by its text. */
export function failureKind(error: unknown): FailureKind {
  const { name, code, status } = errorParts(error);
  if (THROTTLED.has(name) || status === 429) return 'throttled';
  if (DENIED.has(name)) return 'access_denied';
  if (CREDENTIALS.has(name)) return 'bad_credentials';
  if (UNSUPPORTED.has(name) || status === 501) return 'unsupported';
  if (status === 404 || /NotFound(Exception|Fault)?$|^NoSuch|NonexistentItem/.test(name)) return 'not_found';
  if (status === 403) return 'access_denied';
  if ((status !== undefined && status >= 500) || code !== '' || name === 'TimeoutError' || name === 'NetworkingError') return 'unreachable';
  return 'failed';
}

function errorParts(error: unknown): { readonly name: string; readonly code: string; readonly status: number | undefined } {
  if (typeof error !== 'object' || error === null) return { name: '', code: '', status: undefined };
  const { name, code, $metadata } = error as { name?: unknown; code?: unknown; $metadata?: { httpStatusCode?: unknown } };
  const status = $metadata?.httpStatusCode;
  return { name: typeof name === 'string' ? name : '', code: typeof code === 'string' ? code : '', status: typeof status === 'number' ? status : undefined };
}

/** What the error calls itself: an error code of AWS or of Node, for people to look up. */
export function failureCode(error: unknown): string {
  const { name, code, status } = errorParts(error);
  return (code || (name === 'Error' ? '' : name) || (status === undefined ? 'unknown' : String(status))).slice(0, 100);
}

const REMEDY: Readonly<Record<FailureKind, (spec: CallSpec, who: string) => string>> = {
  access_denied: (spec, who) => (spec.call === 'AssumeRole'
    ? `Let the trust policy of ${who} allow sts:AssumeRole to the connector's identity, with its external id.`
    : `Allow ${spec.permission} to ${who}; its policy is in the connector's document.`),
  bad_credentials: (_spec, who) => `Check that the credentials are valid, that the region is enabled for the account, and that ${who} exists.`,
  throttled: () => 'Nothing: the next pull reads it. When it stays, raise the account\'s API quota or lengthen the schedule.',
  not_found: (spec) => `Nothing when it was just deleted; else check ${spec.permission} by hand.`,
  unsupported: (spec) => `Nothing, or switch it on: ${spec.service} does not answer ${spec.call} in this account and region.`,
  unreachable: (spec) => `Check the network between the installation and the endpoint of ${spec.service}; the next pull tries again.`,
  failed: (spec) => `Look up the error code in the reference of ${spec.service}.`,
};

/** The gap that a failed call leaves. `who` is the role or identity that was used. */
export function gapOf(failure: CallFailed, scope: string, who: string): PullGap {
  const { spec, kind, code } = failure;
  return { scope, code: kind === 'bad_credentials' ? 'access_denied' : kind, reason: `${spec.permission}: ${code}; not known: ${spec.costs}`, remedy: REMEDY[kind](spec, who) };
}
