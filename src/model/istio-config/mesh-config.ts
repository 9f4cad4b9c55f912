/** The settings of the mesh that rules about the configuration use, with Istio's defaults (istio.io, MeshConfig). */
export interface MeshConfig {
  readonly rootNamespace: string
  readonly accessLogProviders: readonly string[]
  readonly lightstepProviders: ReadonlySet<string>
  readonly proxyMetadata: Readonly<Record<string, string>>
  readonly imageType: string
  readonly outboundMode: string
  readonly enableAutoMtls: boolean
  /** The extension providers by name, with the field that says which kind each is (`zipkin`, `envoyExtAuthzGrpc`). */
  readonly extensionProviders: ReadonlyMap<string, string>
  /** The tracers of `defaultConfig.tracing` (`zipkin`, `openCensusAgent`). */
  readonly tracers: readonly string[]
  /** True when `defaultProviders.tracing` names any. */
  readonly defaultTracing: boolean
  /** False when `enableTracing` is. */
  readonly enableTracing: boolean
  readonly discoverySelectors: number
  /** `tlsDefaults.minProtocolVersion`; empty when not set. */
  readonly minTlsVersion: string
  /** True when the field `certificates` is used, which Istio 1.18 removed. */
  readonly certificates: boolean
  /** The file or object it was read from; undefined when the defaults were assumed. */
  readonly from?: string
}

/** The networks of a mesh with several (istio.io, MeshNetworks). */
export interface MeshNetworks {
  readonly from: string
  readonly registries: readonly {
    readonly network: string
    readonly registry: string
    readonly index: number
  }[]
}

/** The values of an injector, as far as rules use them. */
export interface InjectorValues {
  readonly revision: string
  readonly enableNamespacesByDefault: boolean
  readonly hub: string
  readonly tag: string
  readonly image: string
}
