/** A row of `istioctl x check-inject`. */
export interface InjectRow {
  readonly webhook: string
  readonly revision: string
  readonly injected: boolean
  readonly reason: string
}

/** One kind of resources in `istioctl proxy-status POD`: what istiod would send now, compared with what Envoy has. */
export interface ComparedResources {
  /** Such as `listeners`. */
  readonly kind: string
  readonly match: boolean
  /** Lines that only istiod's side has, and lines that only Envoy's side has. */
  readonly onlyIstiod: number
  readonly onlyEnvoy: number
}

/** What a text that istioctl prints for people says: rows of check-inject, remarks of describe, failed parts of verify-install, kinds compared by proxy-status. */
export interface IstioctlText {
  readonly inject: readonly InjectRow[]
  readonly remarks: readonly string[]
  /** The pod that describe is about. */
  readonly subject?: string
  readonly failed: readonly string[]
  readonly compared: readonly ComparedResources[]
}
