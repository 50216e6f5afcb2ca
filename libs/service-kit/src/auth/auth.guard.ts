import { createParamDecorator, Inject, Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Role } from '@throughline/domain';
import { problem } from '../http/problem.js';
import { TOKEN_VERIFIER } from '../tokens.js';
import type { CallerIdentity, TokenVerifier } from './internal-token.js';

const PUBLIC = 'throughline:public';
const ROLES_KEY = 'throughline:roles';

/** A route without sign-in: health, and webhooks, which are authenticated by their own signature. */
export const Public = () => SetMetadata(PUBLIC, true);

/** Roles that may call the route; without it: every role but ingest-only for reads, triager and admin for writes. */
export const Roles = (...roles: readonly Role[]) => SetMetadata(ROLES_KEY, roles);

interface CalledRequest { caller?: CallerIdentity; readonly method: string; readonly headers: Readonly<Record<string, string | string[] | undefined>> }

/** Who asks; as a type and, in a controller's parameters, as the decorator that hands it over. */
export type Caller = CallerIdentity;
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): CallerIdentity => {
  const { caller } = context.switchToHttp().getRequest<CalledRequest>();
  if (!caller) throw problem(401, 'not_authenticated', 'No caller is known on this route.');
  return caller;
});

const READERS: readonly Role[] = ['viewer', 'developer', 'triager', 'approver', 'admin'];
const WRITERS: readonly Role[] = ['triager', 'admin'];

@Injectable()
export class InternalAuthGuard implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector, @Inject(TOKEN_VERIFIER) private readonly verify: TokenVerifier) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const places = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, places)) return true;
    const request = context.switchToHttp().getRequest<CalledRequest>();
    const caller = await this.#callerOf(request);
    const allowed = this.reflector.getAllAndOverride<readonly Role[] | undefined>(ROLES_KEY, places) ?? (request.method === 'GET' || request.method === 'HEAD' ? READERS : WRITERS);
    if (!allowed.includes(caller.role)) throw problem(403, 'role_not_allowed', `This needs one of the roles ${allowed.join(', ')}; the token has ${caller.role}.`);
    request.caller = caller;
    return true;
  }

  async #callerOf(request: CalledRequest): Promise<CallerIdentity> {
    const header = request.headers['authorization'];
    const token = typeof header === 'string' && header.startsWith('Bearer ') ? header.slice(7) : '';
    try {
      return await this.verify(token);
    } catch {
      throw problem(401, 'not_authenticated', 'A service takes requests through the gateway only, with its signed token.');
    }
  }
}
