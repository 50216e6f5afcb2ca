/** Injection token of what judging needs beside the database: CVSS calculator and clock. */
export const JUDGE_TOOLS = Symbol('JUDGE_TOOLS');
