import { serviceArn, type FleetPlan } from './fleet.js';
import type { ServiceTruth } from './truth.js';

/** What must be found of each service of the fleet. A service that was scaled to 0 runs nothing. */
export function truthsOf(fleet: FleetPlan): readonly ServiceTruth[] {
  return fleet.services.map(({ place, name, origin, exposed, images, exposure }) => ({
    service: serviceArn(place, name), origin, exposed, exposure: exposure.truth, source: images.truth, running: exposure.desired === 0 ? [] : images.running,
  }));
}
