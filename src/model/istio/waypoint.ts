/** A condition of the status of an object, as its controller wrote it. */
export interface WaypointCondition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

/** A waypoint as its Gateway declares it. */
export interface Waypoint {
  readonly name: string
  readonly namespace: string
  readonly revision: string
  /** What it serves: `service`, `workload`, `all` or `none` (label istio.io/waypoint-for). */
  readonly traffic: string
  readonly conditions: readonly WaypointCondition[]
}
