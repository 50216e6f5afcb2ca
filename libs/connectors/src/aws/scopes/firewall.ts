import type { Rule, Statement, WAFV2, WebACL } from '@aws-sdk/client-wafv2';
import { parseArn } from '../arn.js';
import type { Firewall } from '../map/elb.js';
import { attempt, type ScopeContext } from '../scope.js';

/** The web ACL in front of a load balancer, with the addresses that its own rules allow. */
export async function firewallOf(context: ScopeContext, balancer: string | undefined): Promise<Firewall | undefined> {
  if (balancer === undefined) return undefined;
  const waf = await context.client('wafv2');
  const acl = (await attempt(context, 'refines', undefined, () => waf.getWebACLForResource({ ResourceArn: balancer })))?.WebACL;
  return acl && describe(context, waf, acl, 'REGIONAL');
}

/** The web ACLs of distributions are kept in one region, whatever the distribution serves. */
const CLOUDFRONT_REGION = 'us-east-1';

/** The web ACL of a distribution; an id that is no ARN is one of the older WAF, which is not read. */
export async function firewallOfDistribution(context: ScopeContext, webAcl: string | undefined): Promise<Firewall | undefined> {
  const named = nameAndId(webAcl ?? '');
  if (named === undefined) return undefined;
  const waf = await context.client('wafv2', CLOUDFRONT_REGION);
  const acl = (await attempt(context, 'refines', undefined, () => waf.getWebACL({ Name: named.name, Id: named.id, Scope: 'CLOUDFRONT' })))?.WebACL;
  return acl && describe(context, waf, acl, 'CLOUDFRONT');
}

const MAX_CIDRS = 200;

async function describe(context: ScopeContext, waf: WAFV2, acl: WebACL, scope: 'REGIONAL' | 'CLOUDFRONT'): Promise<Firewall> {
  const allowedCidrs: string[] = [];
  for (const { name, id } of allowedSets(acl)) {
    const set = await attempt(context, 'refines', undefined, () => waf.getIPSet({ Name: name, Id: id, Scope: scope }));
    allowedCidrs.push(...(set?.IPSet?.Addresses ?? []));
  }
  return { webAcl: acl.ARN ?? acl.Name ?? '', defaultAction: defaultAction(acl), allowedCidrs: allowedCidrs.slice(0, MAX_CIDRS) };
}

export const defaultAction = (acl: WebACL): 'allow' | 'block' => (acl.DefaultAction?.Block === undefined ? 'allow' : 'block');

/** Sets of addresses that a rule allows by themselves: inside an `and` they only narrow, so that they are not named here. */
export function allowedSets(acl: WebACL): readonly { readonly name: string; readonly id: string }[] {
  const sets = (acl.Rules ?? []).filter((rule: Rule) => rule.Action?.Allow !== undefined).flatMap((rule) => setsOf(rule.Statement));
  return sets.flatMap((arn) => nameAndId(arn) ?? []);
}

/** `arn:…:regional/ipset/<name>/<id>` and `arn:…:global/webacl/<name>/<id>`. */
function nameAndId(arn: string): { readonly name: string; readonly id: string } | undefined {
  const [, , name, id] = (parseArn(arn)?.resource ?? '').split('/');
  return name === undefined || id === undefined ? undefined : { name, id };
}

function setsOf(statement: Statement | undefined): string[] {
  const own = statement?.IPSetReferenceStatement?.ARN;
  return [...(own === undefined ? [] : [own]), ...(statement?.OrStatement?.Statements ?? []).flatMap(setsOf)];
}
