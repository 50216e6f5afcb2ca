export { ruleKey, type DriftAnswer, type DriftQuestion, type Gone, type Line } from './question.js';
export { track } from './track.js';
