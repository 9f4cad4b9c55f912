/** A workload as istiod sends it to ztunnels. */
export interface AmbientWorkload {
  readonly name: string
  readonly namespace: string
  /** Its peers reach it over HBONE. */
  readonly hbone: boolean
  /** It terminates HBONE itself: it has a sidecar. */
  readonly nativeTunnel: boolean
}
