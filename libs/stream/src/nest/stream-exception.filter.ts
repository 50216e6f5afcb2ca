import { Catch, type ExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';

/**
 * Lets a handler's exception reach the runner as it was. Nest's own RPC filter replaces every exception that is no
 * RpcException by `{ status: 'error', message: 'Internal server error' }`, without the class or code that the runner
 * needs to tell a broken database from a broken record.
 */
@Catch()
export class StreamExceptionFilter implements ExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}
