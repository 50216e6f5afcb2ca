import { CAPS, isFields, looseText, normalizePath, sub, type Fields, type FlowStep } from '../../api/index.js';

/**
 * Steps of a taint from its source to its sink. A place is `["CliLoc", [location, code]]`, a call on the way
 * `["CliCall", [[location, code], steps inside, place]]`, and before version 1 an object `{location, content}`.
 */
export function flowOf(trace: unknown): readonly FlowStep[] {
  if (!isFields(trace)) return [];
  const steps = [...placesOf(trace['taint_source'], 'source', 0), ...variablesOf(trace['intermediate_vars']), ...placesOf(trace['taint_sink'], 'sink', 0)];
  const half = CAPS.flowSteps / 2;
  return steps.length <= CAPS.flowSteps ? steps : [...steps.slice(0, half), ...steps.slice(-half)];
}

const DEEPEST_CALL = 16;

function placesOf(value: unknown, role: string, depth: number): FlowStep[] {
  if (isFields(value)) return stepOf(value['location'], value['content'], role);
  if (!Array.isArray(value) || depth > DEEPEST_CALL) return [];
  // Versions around 1.0 wrote a list of objects.
  if (isFields(value[0])) return value.slice(0, CAPS.flowSteps).flatMap((place) => placesOf(place, role, depth + 1));
  const [kind, content] = value as readonly unknown[];
  if (!Array.isArray(content)) return [];
  if (kind === 'CliLoc') return stepOf(content[0], content[1], role);
  if (kind !== 'CliCall' || !Array.isArray(content[0])) return [];
  return [...stepOf(content[0][0], content[0][1], 'call'), ...variablesOf(content[1]), ...placesOf(content[2], role, depth + 1)];
}

function variablesOf(value: unknown): FlowStep[] {
  return Array.isArray(value) ? value.slice(0, CAPS.flowSteps).filter(isFields).flatMap((step) => stepOf(step['location'], step['content'], 'via')) : [];
}

function stepOf(location: unknown, content: unknown, role: string): FlowStep[] {
  if (!isFields(location)) return [];
  const path = normalizePath(looseText(location, 'path'));
  return path === '' ? [] : [{ path, line: lineOf(sub(location, 'start')), message: typeof content === 'string' && content !== '' ? `${role}: ${content}` : role }];
}

function lineOf(position: Fields): number {
  const line = position['line'];
  return typeof line === 'number' && Number.isInteger(line) && line > 0 && line < 2 ** 31 ? line : 0;
}
