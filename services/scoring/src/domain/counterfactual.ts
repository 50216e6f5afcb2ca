import { BAND_THRESHOLDS, evaluate, type FactorName, type FormulaInputs } from './formula.js';

export interface Counterfactual {
  readonly factor: FactorName;
  readonly value: string;
  /** "on an internal load balancer: 91 → 44". */
  readonly text: string;
  readonly score: number;
  readonly band: string;
  readonly delta: number;
}

interface Alternative {
  readonly value: string;
  readonly phrase: string;
  readonly change: Partial<FormulaInputs>;
}

const ALTERNATIVES: Readonly<Record<FactorName, readonly Alternative[]>> = {
  severity: [
    { value: 'critical', phrase: 'with a CVSS base of 9.8', change: { severity: 9.8 } },
    { value: 'medium', phrase: 'with a CVSS base of 5.5', change: { severity: 5.5 } },
  ],
  likelihood: [
    { value: 'EPSS 0.90', phrase: 'with EPSS at 0.90', change: { epss: 0.9 } },
    { value: 'EPSS 0.01', phrase: 'with EPSS at 0.01', change: { epss: 0.01 } },
  ],
  exploited: [
    { value: 'yes', phrase: 'if it were exploited in the wild (KEV)', change: { exploited: 'yes' } },
    { value: 'no', phrase: 'if it were not exploited in the wild', change: { exploited: 'no' } },
  ],
  deployed: [
    { value: 'yes', phrase: 'if it were deployed', change: { deployed: 'yes' } },
    { value: 'no', phrase: 'if nothing ran it', change: { deployed: 'no' } },
  ],
  exposed: [
    { value: 'internet', phrase: 'if the internet reached it', change: { exposure: 'internet' } },
    { value: 'limited', phrase: 'behind an allow-list or a sign-in', change: { exposure: 'limited' } },
    { value: 'internal', phrase: 'on an internal load balancer', change: { exposure: 'internal' } },
    { value: 'none', phrase: 'with no way in', change: { exposure: 'none' } },
  ],
  reachable: [
    { value: 'runtime', phrase: 'if the flawed code were seen running', change: { reachability: 'runtime' } },
    { value: 'unreachable', phrase: 'if no call reached the flawed code', change: { reachability: 'unreachable' } },
  ],
  environment: [
    { value: 'production', phrase: 'in production', change: { environment: 'production' } },
    { value: 'development', phrase: 'in development', change: { environment: 'development' } },
  ],
  criticality: [
    { value: 'critical', phrase: 'in an application of critical importance', change: { criticality: 'critical' } },
    { value: 'low', phrase: 'in an application of low importance', change: { criticality: 'low' } },
  ],
};

/** One factor changed at a time, only where the change is another value and applies to the flaw's class. */
export function counterfactuals(inputs: FormulaInputs): readonly Counterfactual[] {
  const now = evaluate(inputs);
  return (Object.entries(ALTERNATIVES) as readonly [FactorName, readonly Alternative[]][]).flatMap(([factor, alternatives]) =>
    alternatives.filter((alternative) => applies(factor, inputs) && differs(alternative.change, inputs)).map((alternative) => {
      const then = evaluate({ ...inputs, ...alternative.change });
      return {
        factor, value: alternative.value, text: `${alternative.phrase}: ${fromTo(now.hundredths, then.hundredths)}`,
        score: then.hundredths / 100, band: then.band, delta: (then.hundredths - now.hundredths) / 100,
      };
    }));
}

function applies(factor: FactorName, inputs: FormulaInputs): boolean {
  if (factor === 'likelihood') return inputs.classLikelihood === null && inputs.exploited !== 'yes' && inputs.exploited !== 'ransomware';
  if (factor === 'exploited') return inputs.classLikelihood === null;
  if (factor === 'deployed') return inputs.runtimeBound;
  return factor === 'exposed' || factor === 'environment' ? inputs.runtimeBound && inputs.deployed !== 'no' : true;
}

function differs(change: Partial<FormulaInputs>, inputs: FormulaInputs): boolean {
  return (Object.keys(change) as (keyof FormulaInputs)[]).some((key) => change[key] !== inputs[key]);
}

/** Whole points, or hundredths where whole points would look equal. */
function fromTo(now: number, then: number): string {
  const same = Math.round(now / 100) === Math.round(then / 100);
  return same ? `${(now / 100).toFixed(2)} → ${(then / 100).toFixed(2)}` : `${Math.round(now / 100)} → ${Math.round(then / 100)}`;
}

/** "91 Act: …": the sentence on top of an explanation, from the two factors that moved the score most. */
export function summary(score: number, factors: readonly { readonly name: string; readonly value: string; readonly contribution: number }[]): string {
  const band = BAND_THRESHOLDS.find(([, lowest]) => score >= lowest)?.[0] ?? 'defer';
  const moved = [...factors].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)).slice(0, 3).filter((factor) => factor.contribution !== 0);
  const parts = moved.map((factor) => `${factor.name === 'exploited' ? '' : `${factor.name} `}${factor.value} (${factor.contribution > 0 ? '+' : '−'}${Math.abs(factor.contribution).toFixed(2)})`);
  return `${Math.round(score)} ${band.charAt(0).toUpperCase()}${band.slice(1)}: ${parts.join('; ')}.`;
}
