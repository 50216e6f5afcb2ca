/** What became of a try: applied, failed for the items' own sake, or ended by something that is not their fault. */
export type Attempt<S> =
  | { readonly kind: 'applied' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'stopped'; readonly why: S };

/**
 * Applies items in order; where a slice fails, halves it until the failing item stands alone, and condemns that one.
 * Each item is applied or condemned exactly once and in order, with at most 2·log2(n) + 1 failed tries for one bad item.
 * Stops at the first `stopped`; what came before it stays applied.
 */
export async function bisect<T, S>(
  items: readonly T[],
  attempt: (slice: readonly T[]) => Promise<Attempt<S>>,
  condemn: (item: T, error: unknown) => Promise<Attempt<S>>,
): Promise<Exclude<Attempt<S>, { kind: 'failed' }>> {
  // The stack holds slices still to do, the next one on top; recursion would do the same with less to see.
  const stack: (readonly T[])[] = [items];
  for (let slice = stack.pop(); slice !== undefined; slice = stack.pop()) {
    const result = await attempt(slice);
    if (result.kind === 'applied') continue;
    if (result.kind === 'stopped') return result;
    const [only] = slice;
    if (slice.length <= 1 && only !== undefined) {
      const condemned = await condemn(only, result.error);
      if (condemned.kind === 'stopped') return condemned;
      if (condemned.kind === 'failed') throw condemned.error;
      continue;
    }
    if (slice.length === 0) throw result.error;
    const middle = slice.length >> 1;
    stack.push(slice.slice(middle), slice.slice(0, middle));
  }
  return { kind: 'applied' };
}
