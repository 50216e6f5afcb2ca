export { compareVersions, VERSIONED_ECOSYSTEMS } from './compare.js';
export { commonFix, lowestFix, type FixNeed } from './fix-version.js';
export type { Comparison } from './order.js';
