export { joinKey, type PieceMerge, type PieceSplit, type ReclusterAnswer, type ReclusterQuestion, type Why } from './question.js';
export { perform, type Performance } from './perform.js';
export { recluster } from './recluster.js';
