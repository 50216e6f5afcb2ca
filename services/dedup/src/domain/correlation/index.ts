import type { View } from '../near/view.js';
import { natureOf } from './kinds.js';

export { correlate } from './correlate.js';
export { signatureOf, type Cluster, type CorrelationAnswer, type CorrelationQuestion, type Neighbour } from './types.js';

/** Kinds of flaw that a view can be; two views meet only where these intersect. */
export const familiesOf = (view: View): readonly string[] => [...natureOf(view).kinds.keys()].sort();
