import type { Decision } from '@throughline/domain';

/** What an exception is about; every given word must hold, and at least one is given. */
export interface ExceptionScope {
  readonly findings?: readonly string[];
  readonly issue?: string;
  readonly fix?: string;
  readonly identifier?: string;
  readonly component?: string;
  readonly asset?: string;
  readonly repository?: string;
  readonly application?: string;
  readonly path?: string;
}

export interface ExceptionInForce {
  readonly id: string;
  readonly decision: Decision;
  readonly scope: ExceptionScope;
  readonly startsAt: string;
  /** Empty: no end (only where policy allows it). */
  readonly expiresAt: string;
}

/** An exception as it is kept: who asked, who decided, from when to when. */
export interface StoredException {
  readonly id: string;
  readonly version: number;
  readonly decision: Decision;
  readonly status: 'requested' | 'approved' | 'revoked' | 'lapsed';
  readonly scope: ExceptionScope;
  readonly reason: string;
  readonly compensatingControl: string;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly approvedBy: string | null;
  readonly approvedAt: string | null;
  readonly startsAt: string;
  readonly expiresAt: string;
  readonly endedBy: string | null;
  readonly endedAt: string | null;
}

export interface ExceptionSubject {
  readonly findingId: string;
  /** Findings whose observations it took over: what was decided of them is decided of it. */
  readonly mergedIds: readonly string[];
  readonly issueId: string;
  readonly fixId: string;
  readonly identifiers: readonly string[];
  readonly component: string;
  readonly asset: string;
  readonly repository: string;
  readonly application: string;
  readonly path: string;
}

/** A stronger statement outranks a weaker one when several are in force: "it is not there" before "we live with it". */
const PRECEDENCE: readonly Decision[] = ['false-positive', 'not-affected', 'out-of-scope', 'accepted-risk'];

/** The decision laid over a finding at a time, with the exception that makes it; undefined when none is in force. */
export function decisionOf(exceptions: readonly ExceptionInForce[], subject: ExceptionSubject, at: string): ExceptionInForce | undefined {
  return exceptions
    .filter((exception) => inForce(exception, at) && covers(exception.scope, subject))
    .sort((a, b) => PRECEDENCE.indexOf(a.decision) - PRECEDENCE.indexOf(b.decision) || (a.id < b.id ? -1 : 1))[0];
}

/** From its start to just before its end; times are compared as instants. */
export function inForce(exception: Pick<ExceptionInForce, 'startsAt' | 'expiresAt'>, at: string): boolean {
  const now = Date.parse(at);
  return Date.parse(exception.startsAt) <= now && (exception.expiresAt === '' || now < Date.parse(exception.expiresAt));
}

export function covers(scope: ExceptionScope, subject: ExceptionSubject): boolean {
  const tests: readonly (boolean | undefined)[] = [
    scope.findings?.some((id) => id === subject.findingId || subject.mergedIds.includes(id)),
    same(scope.issue, subject.issueId), same(scope.fix, subject.fixId), same(scope.component, subject.component),
    same(scope.asset, subject.asset), same(scope.repository, subject.repository), same(scope.application, subject.application),
    scope.identifier === undefined ? undefined : subject.identifiers.includes(scope.identifier),
    scope.path === undefined ? undefined : subject.path === scope.path || subject.path.startsWith(`${scope.path.replace(/\/+$/, '')}/`),
  ];
  const given = tests.filter((test) => test !== undefined);
  return given.length > 0 && given.every((test) => test);
}

const same = (wanted: string | undefined, actual: string): boolean | undefined => (wanted === undefined ? undefined : wanted === actual);
