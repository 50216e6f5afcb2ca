import type { Rule, Statement, WebACL } from '@aws-sdk/client-wafv2';
import type { Firewall } from '../map/elb.js';
import { attempt, type ScopeContext } from '../scope.js';

/** The web ACL in front of a load balancer, with the addresses that its own rules allow. */
export async function firewallOf(context: ScopeContext, balancer: string | undefined): Promise<Firewall | undefined> {
  if (balancer === undefined) return undefined;
  const waf = await context.client('wafv2');
  const acl = (await attempt(context, 'refines', undefined, () => waf.getWebACLForResource({ ResourceArn: balancer })))?.WebACL;
  if (acl === undefined) return undefined;
  const allowedCidrs: string[] = [];
  for (const { name, id } of allowedSets(acl)) {
    const set = await attempt(context, 'refines', undefined, () => waf.getIPSet({ Name: name, Id: id, Scope: 'REGIONAL' }));
    allowedCidrs.push(...(set?.IPSet?.Addresses ?? []));
  }
  return { webAcl: acl.ARN ?? acl.Name ?? '', defaultAction: defaultAction(acl), allowedCidrs: allowedCidrs.slice(0, MAX_CIDRS) };
}

const MAX_CIDRS = 200;

export const defaultAction = (acl: WebACL): 'allow' | 'block' => (acl.DefaultAction?.Block === undefined ? 'allow' : 'block');

/** Sets of addresses that a rule allows by themselves: inside an `and` they only narrow, so that they are not named here. */
export function allowedSets(acl: WebACL): readonly { readonly name: string; readonly id: string }[] {
  const sets = (acl.Rules ?? []).filter((rule: Rule) => rule.Action?.Allow !== undefined).flatMap((rule) => setsOf(rule.Statement));
  return sets.flatMap((arn) => {
    // …:regional/ipset/<name>/<id>
    const [, , name, id] = (arn.split(':').slice(5).join(':')).split('/');
    return name === undefined || id === undefined ? [] : [{ name, id }];
  });
}

function setsOf(statement: Statement | undefined): string[] {
  const own = statement?.IPSetReferenceStatement?.ARN;
  return [...(own === undefined ? [] : [own]), ...(statement?.OrStatement?.Statements ?? []).flatMap(setsOf)];
}
