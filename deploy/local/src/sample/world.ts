import { createHash } from 'node:crypto';

/** The cast of the sample world; see deploy/local/sample/README.md for its story. */
export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';
export const REGISTRY = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
export const ORGANIZATION = 'acme';

const DAY = 86_400_000;

/** A moment some days before the load, as RFC 3339: the world is always recent. */
export const daysBefore = (now: Date, days: number): string => new Date(now.getTime() - days * DAY).toISOString();

const hex = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length);

/** Made-up, but stable: the reports name the same digests. */
export const digestOf = (name: string, version: string): string => `sha256:${hex(`acme/${name}:${version}`, 64)}`;
export const commitOf = (name: string, version: string): string => hex(`commit ${name} ${version}`, 40);
export const runOf = (name: string, version: string): number => 4_000_000_000 + Number.parseInt(hex(`run ${name} ${version}`, 6), 16);

export const imageReference = (name: string, version: string): string => `${REGISTRY}/${name}@${digestOf(name, version)}`;

/** A version of a service, from commit to deployment; `deployedDaysAgo` absent: pushed, never deployed. */
export interface Release {
  readonly version: string;
  readonly builtDaysAgo: number;
  readonly deployedDaysAgo?: number;
}

export interface SampleService {
  readonly name: string;
  readonly application: string;
  readonly team: string;
  /** Absent: nobody knows where its image was built. */
  readonly repository?: string;
  readonly releases: readonly Release[];
  readonly workflow?: string;
}

export const SERVICES: readonly SampleService[] = [
  { name: 'pay', application: 'shop', team: 'payments', repository: 'pay', workflow: 'deploy.yml', releases: [{ version: '1.4.0', builtDaysAgo: 20, deployedDaysAgo: 20 }, { version: '1.5.0', builtDaysAgo: 6, deployedDaysAgo: 6 }] },
  { name: 'storefront', application: 'shop', team: 'storefront', repository: 'storefront', workflow: 'deploy.yml', releases: [{ version: '2.3.1', builtDaysAgo: 7, deployedDaysAgo: 7 }] },
  { name: 'ledger', application: 'ledger', team: 'finance', repository: 'ledger', workflow: 'release.yml', releases: [{ version: '0.9.2', builtDaysAgo: 10, deployedDaysAgo: 10 }] },
  { name: 'notifier', application: 'ledger', team: 'finance', releases: [{ version: '2025-03', builtDaysAgo: 60, deployedDaysAgo: 60 }] },
  { name: 'labs-report', application: 'labs', team: 'research', repository: 'labs-report', workflow: 'ci.yml', releases: [{ version: '0.1.0', builtDaysAgo: 12 }] },
];

export const CODEOWNERS: Readonly<Record<string, string>> = {
  pay: '# Who answers for what\n*            @acme/payments\n/infra/      @acme/platform\n*.tf         @acme/platform\n',
  storefront: '*            @acme/storefront\n*.tf         @acme/platform\nDockerfile   @acme/platform\n',
  ledger: '*            @acme/finance\n',
  'labs-report': '*            @acme/research\n',
};

export const TEAMS: Readonly<Record<string, string>> = { payments: 'Payments', storefront: 'Storefront', finance: 'Finance systems', research: 'Research', platform: 'Platform' };
export const APPLICATIONS: Readonly<Record<string, { readonly name: string; readonly criticality: string; readonly dataClass: string; readonly team: string }>> = {
  shop: { name: 'Shop', criticality: 'critical', dataClass: 'cardholder', team: 'payments' },
  ledger: { name: 'Ledger', criticality: 'high', dataClass: 'financial', team: 'finance' },
  labs: { name: 'Labs', criticality: 'low', dataClass: '', team: 'research' },
};

export const latest = (service: SampleService): Release => service.releases.at(-1) as Release;
