/** A row of `istioctl x check-inject`. */
export interface InjectRow {
  readonly webhook: string
  readonly revision: string
  readonly injected: boolean
  readonly reason: string
}

/** What a text that istioctl prints for people says: rows of check-inject, remarks of describe, failed parts of verify-install. */
export interface IstioctlText {
  readonly inject: readonly InjectRow[]
  readonly remarks: readonly string[]
  readonly failed: readonly string[]
}
