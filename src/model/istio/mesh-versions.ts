/** The versions `istioctl version` prints as text. */
export interface MeshVersions {
  readonly client?: string
  readonly controlPlanes: readonly string[]
  readonly dataPlanes: readonly {readonly version: string; readonly proxies: number}[]
}
