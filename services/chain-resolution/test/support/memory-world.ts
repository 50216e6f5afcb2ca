import { urn } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { deriveAsset, mergeAssetClaims } from '../../src/domain/assets.js';
import type { Asset, AssetClaim } from '../../src/domain/assets.js';
import { claimKey, claimOf, groupOf, mergeClaims } from '../../src/domain/claims.js';
import type { Json, LinkClaim } from '../../src/domain/claims.js';
import { memoryGraph } from '../../src/domain/graph.js';
import type { Graph } from '../../src/domain/graph.js';
import { deriveLinks } from '../../src/domain/links.js';
import type { Link } from '../../src/domain/links.js';
import { structuralClaims } from '../../src/domain/structure.js';

export interface TestFact {
  readonly link?: { from: string; kind: string; to: string; method?: string; evidence?: Json; verified?: boolean; confidence?: number; from_?: number; to_?: number | null; seen?: number; source?: string };
  readonly asset?: { urn: string; attributes?: Json; seen?: number; source?: string };
}

/** The pipeline of facts without a database: what the handler does to rows, done to maps. */
export class MemoryWorld {
  readonly claims = new Map<string, LinkClaim>();
  readonly assetClaims = new Map<string, AssetClaim>();

  link(from: string, kind: string, to: string, extra: Omit<NonNullable<TestFact['link']>, 'from' | 'kind' | 'to'> = {}): this {
    return this.add({ link: { from, kind, to, ...extra } });
  }

  node(name: string, attributes: Json = {}, seen = 1, source = 'aws'): this {
    return this.add({ asset: { urn: name, attributes, seen, source } });
  }

  add(fact: TestFact): this {
    if (fact.link) this.addLink(fact.link);
    if (fact.asset) this.addAsset({ urn: urn(fact.asset.urn), source: fact.asset.source ?? 'aws', scope: '', attributes: fact.asset.attributes ?? {}, observedAt: fact.asset.seen ?? 1, endedAt: null });
    return this;
  }

  links(): Link[] {
    const groups = new Map<string, LinkClaim[]>();
    for (const claim of this.claims.values()) groups.set(groupOf(claim), [...(groups.get(groupOf(claim)) ?? []), claim]);
    return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, claims]) => deriveLinks(claims));
  }

  assets(): Asset[] {
    const byNode = new Map<Urn, AssetClaim[]>();
    for (const claim of this.assetClaims.values()) byNode.set(claim.urn, [...(byNode.get(claim.urn) ?? []), claim]);
    return [...byNode.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, claims]) => {
      const asset = deriveAsset(claims);
      return asset ? [{ ...asset, firstSeen: Math.min(...claims.map((claim) => claim.observedAt)) }] : [];
    });
  }

  graph(at: number | null = null): Graph {
    return memoryGraph(this.links(), this.assets(), at);
  }

  private addLink(fact: NonNullable<TestFact['link']>): void {
    const from = fact.from_ ?? 1;
    const claim = claimOf({
      from: fact.from, kind: fact.kind, to: fact.to, method: fact.method ?? 'api', evidence: fact.evidence ?? {}, confidence: fact.confidence ?? -1,
      verified: fact.verified ?? false, validFrom: from, validTo: fact.to_ ?? null, observedAt: fact.seen ?? from,
    }, { source: fact.source ?? 'aws', scope: '' });
    if (!claim) return;
    for (const item of [claim, ...structuralClaims(claim.from, from), ...structuralClaims(claim.to, from)]) {
      const stored = this.claims.get(claimKey(item));
      this.claims.set(claimKey(item), stored ? mergeClaims(stored, item) : item);
    }
  }

  private addAsset(claim: AssetClaim): void {
    const key = `${claim.urn}|${claim.source}`;
    const stored = this.assetClaims.get(key);
    this.assetClaims.set(key, stored ? mergeAssetClaims(stored, claim) : claim);
  }
}

export const ARN = 'arn:aws:ecs:eu-central-1:111122223333';
export const ELB = 'arn:aws:elasticloadbalancing:eu-central-1:111122223333';
export const IMAGE = (letter: string, name = 'registry.example/acme/pay'): string => `image:${name}@sha256:${letter.repeat(64)}`;
export const SHA = (letter: string): string => letter.repeat(40);
export const SERVICE = `service:${ARN}:service/prod/pay`;
export const SG = (id: string): string => `cloud-resource:arn:aws:ec2:eu-central-1:111122223333:security-group/${id}`;
export const SUBNET = (id: string): string => `cloud-resource:arn:aws:ec2:eu-central-1:111122223333:subnet/${id}`;

/** The whole chain of the contract, from repository to endpoint. */
export function payWorld(): MemoryWorld {
  const build = 'build:github.com/acme/pay/actions/runs/7';
  const definition = `task-definition:${ARN}:task-definition/pay:3`;
  const group = `target-group:${ELB}:targetgroup/pay/1`;
  const rule = `listener-rule:${ELB}:listener-rule/app/web/1/2/3`;
  const listener = `listener:${ELB}:listener/app/web/1/2`;
  const balancer = `lb:${ELB}:loadbalancer/app/web/1`;
  return new MemoryWorld()
    .node('repo:github.com/acme/pay', { codeowners: { path: '.github/CODEOWNERS', text: '* @acme/payments\n' } })
    .link('repo:github.com/acme/pay', 'contains', `commit:github.com/acme/pay@${SHA('a')}`)
    .link(`commit:github.com/acme/pay@${SHA('a')}`, 'built-by', build)
    .link(build, 'produced', IMAGE('1'), { method: 'attestation', verified: true })
    .link(IMAGE('1'), 'runs-as', definition)
    .link(definition, 'runs-as', SERVICE)
    .node(SERVICE, { name: 'pay', desiredCount: 2, runningCount: 2, assignPublicIp: false, loadBalancers: ['x'] })
    .link(SERVICE, 'routes-to', group).link(group, 'routes-to', rule).link(rule, 'part-of', listener)
    .link(listener, 'listens-on', balancer).link(balancer, 'resolves-to', 'endpoint:pay.example.com')
    .node(group, { targets: [{ id: '10.0.0.1', port: 8080, health: 'healthy' }], port: 8080 })
    .node(rule, { actionType: 'forward' }).node(listener, { port: 443 })
    .node(balancer, { scheme: 'internet-facing', type: 'application', securityGroups: ['sg-web'] })
    .node(SG('sg-web'), { ingress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, cidrs: ['0.0.0.0/0'] }] })
    .node('endpoint:pay.example.com', {});
}
