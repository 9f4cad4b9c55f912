/** The sections of a proxy's configuration that are compared, in output order. */
export const CONFIG_SECTIONS = ['clusters', 'listeners', 'routes', 'endpoints', 'secrets', 'extensions'] as const
export type EnvoySection = (typeof CONFIG_SECTIONS)[number]

/** The sections of what a ztunnel has from istiod. */
const ZTUNNEL_SECTIONS = ['workloads', 'services', 'policies'] as const

export type ConfigSection = EnvoySection | (typeof ZTUNNEL_SECTIONS)[number]

/** The sections of any proxy's configuration, in output order. */
export const ALL_SECTIONS: readonly ConfigSection[] = [...CONFIG_SECTIONS, ...ZTUNNEL_SECTIONS]

/** One resource of a section, for sentences. */
export const SECTION_NOUNS: Readonly<Record<ConfigSection, string>> = {
  clusters: 'cluster',
  listeners: 'listener',
  routes: 'route',
  endpoints: 'endpoints of',
  secrets: 'secret',
  extensions: 'extension',
  workloads: 'workload',
  services: 'Service',
  policies: 'policy',
}

/** A difference inside a resource. `order`: the same items in a different order, where order matters. */
export interface ConfigChange {
  readonly op: 'add' | 'remove' | 'replace' | 'order'
  /** Names of fields, keys of keyed lists, positions in ordered lists. */
  readonly path: readonly string[]
  readonly before?: unknown
  readonly after?: unknown
}

/** A resource that differs: only the second side has it (added), only the first (removed), or both with changes inside. */
export interface ResourceDifference {
  readonly section: ConfigSection
  readonly name: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** The resource in normal form, on the sides that have it; of a changed route only the virtual hosts that differ. */
  readonly before?: unknown
  readonly after?: unknown
  readonly changes: readonly ConfigChange[]
}

/** Resources by name, as received. */
export type Resources = ReadonlyMap<string, unknown>

/** One side of a comparison: the sections it has, and why the others are absent. */
export interface ProxyConfig {
  readonly sections: ReadonlyMap<ConfigSection, Resources>
  readonly absent: ReadonlyMap<ConfigSection, string>
  /** Texts that belong to this one pod and are masked when two pods are compared: its name and addresses. */
  readonly own: readonly (readonly [string, string])[]
}

/** The result of a comparison. */
export interface ConfigComparison {
  readonly compared: ReadonlyMap<ConfigSection, number>
  readonly notCompared: ReadonlyMap<ConfigSection, string>
  readonly differences: readonly ResourceDifference[]
}
