import { HttpException } from '@nestjs/common';

/** RFC 9457 problem details; `code` is stable and for programs, `detail` names the place and the remedy. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly [extra: string]: unknown;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request', 401: 'Not authenticated', 403: 'Not allowed', 404: 'Not found', 409: 'Conflict', 413: 'Too large', 415: 'Unsupported media type',
  422: 'Not processable', 429: 'Too many requests', 500: 'Internal error', 502: 'Bad gateway', 503: 'Not available now', 504: 'Timed out',
};

export class ProblemException extends HttpException {
  constructor(readonly problem: Problem, readonly headers: Readonly<Record<string, string>> = {}) {
    super(problem, problem.status);
  }
}

/** Builds the exception to throw: `throw problem(404, 'finding_not_found', 'No finding has this id.')`. */
export function problem(status: number, code: string, detail: string, extra: Readonly<Record<string, unknown>> = {}, headers: Readonly<Record<string, string>> = {}): ProblemException {
  return new ProblemException({ type: `https://throughline.dev/problems/${code}`, title: TITLES[status] ?? 'Error', status, code, detail, ...extra }, headers);
}
