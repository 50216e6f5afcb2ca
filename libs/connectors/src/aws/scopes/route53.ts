import type { RRType } from '@aws-sdk/client-route-53';
import { recordFacts } from '../map/front.js';
import type { Scope } from '../scope.js';

interface Zone { readonly id: string; readonly isPrivate: boolean }
interface Position { readonly name: string; readonly type: RRType; readonly set?: string | undefined }
interface State { readonly zones?: readonly Zone[]; readonly marker?: string | undefined; readonly from?: Position | undefined }

/** Names that lead to load balancers, distributions, APIs and functions. */
export const route53Scope: Scope = {
  name: 'route53',
  global: true,
  async step(context, given) {
    const { zones, marker, from } = given as State;
    const route53 = await context.client('route53');
    if (zones === undefined) {
      const page = await route53.listHostedZones({ MaxItems: 100, ...(marker !== undefined && { Marker: marker }) });
      const found = (page.HostedZones ?? []).flatMap(({ Id, Config }) => (Id === undefined ? [] : [{ id: Id.replace('/hostedzone/', ''), isPrivate: Config?.PrivateZone === true }]));
      return { facts: [], next: { zones: found, marker: page.IsTruncated ? page.NextMarker : undefined } };
    }
    const [zone, ...left] = zones;
    if (zone === undefined) return { facts: [], next: marker === undefined ? undefined : { marker } };
    const page = await route53.listResourceRecordSets({
      HostedZoneId: zone.id, MaxItems: 300, ...(from && { StartRecordName: from.name, StartRecordType: from.type, ...(from.set !== undefined && { StartRecordIdentifier: from.set }) }),
    });
    const say = context.say();
    const { NextRecordName: name, NextRecordType: type } = page;
    const more = page.IsTruncated && name !== undefined && type !== undefined;
    return {
      facts: (page.ResourceRecordSets ?? []).flatMap((record) => recordFacts(say, record, zone.isPrivate)),
      next: more ? { zones, marker, from: { name, type, set: page.NextRecordIdentifier } } : { zones: left, marker },
    };
  },
};
