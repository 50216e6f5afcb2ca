import { serviceArn, type FleetPlan } from './fleet.js';
import type { ServiceTruth } from './truth.js';

/** What must be found of each service of the fleet. */
export function truthsOf(fleet: FleetPlan): readonly ServiceTruth[] {
  return fleet.services.map(({ place, name, origin, exposed, images, exposure }) => ({
    service: serviceArn(place, name), origin, exposed, exposure: exposure.truth, source: images.truth, image: images.running, beside: images.sidecar ? [images.sidecar.digest] : [], runs: exposure.desired > 0,
  }));
}
