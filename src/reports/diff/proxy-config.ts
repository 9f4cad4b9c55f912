import {createHash, X509Certificate} from 'node:crypto'
import {at, isObject, listOf, numberOf, objectOf, textOf} from '../../formats/decode.js'
import {type ConfigDump, parseConfigDump} from '../../formats/envoy-config-dump/parse.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {
  CONFIG_SECTIONS,
  type ConfigSection,
  type EnvoySection,
  type ProxyConfig,
  type Resources,
} from '../../model/envoy/config-change.js'
import {type Answer, answered} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'

/** A dump as one side of a comparison, with the pod's own names and addresses and the resources Envoy rejected or is warming. */
export interface DumpConfig extends ProxyConfig {
  /** True for istiod's dump, false for Envoy's. */
  readonly fromIstiod: boolean
  /** Resources that Envoy rejected or is still warming, by name; shown next to differences. */
  readonly remarks: ReadonlyMap<string, string>
  /** What the bootstrap configuration holds by itself, without a control plane. */
  readonly statics: ReadonlyMap<ConfigSection, Resources>
  /** The version (push time) of its clusters, if the dump has it. */
  readonly version: string
}

interface Where {
  readonly section: string
  readonly lists: readonly string[]
  readonly resource: (entry: unknown) => unknown
  readonly nameField: string
}

/** Where each section's resources are in the dump (Envoy's admin.v3 ClustersConfigDump, ListenersConfigDump, RoutesConfigDump, …). */
const WHERE: Readonly<Record<Exclude<EnvoySection, 'secrets' | 'extensions'>, Where>> = {
  clusters: {
    section: 'Clusters',
    lists: ['dynamic_active_clusters'],
    resource: entry => at(entry, 'cluster'),
    nameField: 'name',
  },
  listeners: {
    section: 'Listeners',
    // Envoys before 1.14 list active listeners on their own.
    lists: ['dynamic_listeners', 'dynamic_active_listeners'],
    resource: entry => at(entry, 'active_state', 'listener') ?? at(entry, 'listener'),
    nameField: 'name',
  },
  routes: {
    section: 'Routes',
    lists: ['dynamic_route_configs'],
    resource: entry => at(entry, 'route_config'),
    nameField: 'name',
  },
  endpoints: {
    section: 'Endpoints',
    lists: ['dynamic_endpoint_configs'],
    resource: entry => at(entry, 'endpoint_config'),
    nameField: 'cluster_name',
  },
}

function named(where: Where, dump: ConfigDump): Map<string, unknown> {
  const found = new Map<string, unknown>()
  const section = dump.sections.get(where.section)
  for (const list of where.lists) {
    for (const entry of listOf(section, list)) {
      const resource = where.resource(entry)
      if (isObject(resource)) found.set(textOf(resource, where.nameField) ?? textOf(entry, 'name') ?? '', resource)
    }
  }
  return found
}

/** Lists of resources from the bootstrap configuration, and the way to each (admin.v3, `static_*`). */
const STATIC: Partial<Record<ConfigSection, readonly [section: string, list: string, field: string]>> = {
  clusters: ['Clusters', 'static_clusters', 'cluster'],
  listeners: ['Listeners', 'static_listeners', 'listener'],
  routes: ['Routes', 'static_route_configs', 'route_config'],
}

/** Resources of the bootstrap configuration by name; one without a name (a listener may have none) by its place. */
function staticResources(dump: ConfigDump): ReadonlyMap<ConfigSection, Resources> {
  return new Map(
    CONFIG_SECTIONS.flatMap(section => {
      const [name = '', list = '', field = ''] = STATIC[section] ?? []
      const all = listOf(dump.sections.get(name), list).map(entry => at(entry, field))
      const named = all
        .filter(isObject)
        .map((each, index) => [textOf(each, 'name') ?? `${list}[${index}]`, each] as const)
      return named.length === 0 ? [] : [[section, new Map(named)] as const]
    }),
  )
}

/** A configuration with what its bootstrap holds among the rest; what a control plane sends under the same name is in use. */
export function withStatics(config: DumpConfig): DumpConfig {
  const merged = [...config.statics].map(
    ([section, resources]) => [section, new Map([...resources, ...(config.sections.get(section) ?? [])])] as const,
  )
  return {...config, sections: new Map([...config.sections, ...merged])}
}

/** sha256 of a certificate as openssl prints it, or of the bytes when they are not one. */
function fingerprint(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  try {
    return new X509Certificate(bytes).fingerprint256
  } catch {
    return `sha256 ${createHash('sha256').update(bytes).digest('hex')}`
  }
}

/** Secrets as fingerprints of their public parts; private keys are never read. */
function secrets(dump: ConfigDump): Resources {
  const section = dump.sections.get('Secrets')
  const entries = ['dynamic_warming_secrets', 'dynamic_active_secrets'].flatMap(list => listOf(section, list))
  return new Map(
    entries.map(entry => {
      const secret = at(entry, 'secret')
      const chain = textOf(secret, 'tls_certificate', 'certificate_chain', 'inline_bytes')
      const trusted = textOf(secret, 'validation_context', 'trusted_ca', 'inline_bytes')
      const facts = {
        ...definedFields({
          certificate: chain === undefined ? undefined : fingerprint(chain),
          trusted_ca: trusted === undefined ? undefined : fingerprint(trusted),
        }),
      }
      return [textOf(entry, 'name') ?? textOf(secret, 'name') ?? '', facts] as const
    }),
  )
}

function extensions(dump: ConfigDump): Resources {
  return new Map(
    dump.ecds
      .flatMap(section => listOf(section, 'ecds_filters'))
      .map(entry => at(entry, 'ecds_filter'))
      .map(filter => [textOf(filter, 'name') ?? '', filter] as const),
  )
}

/** Envoy lists rejected resources, and those waiting for endpoints or certificates, as warming: known, but not in use. */
const WARMING = 'warming, not in use: rejected, or waiting for endpoints or certificates'

const UNDELIVERED = 'Envoy waits for it: istiod has not delivered it (does the Secret of the credentialName exist?)'

function remarksOf(dump: ConfigDump): ReadonlyMap<string, string> {
  const remarks = new Map<string, string>()
  for (const entry of listOf(dump.sections.get('Clusters'), 'dynamic_warming_clusters')) {
    remarks.set(`clusters/${textOf(entry, 'cluster', 'name') ?? ''}`, WARMING)
  }
  for (const entry of listOf(dump.sections.get('Secrets'), 'dynamic_warming_secrets'))
    remarks.set(`secrets/${textOf(entry, 'name') ?? ''}`, UNDELIVERED)
  for (const entry of listOf(dump.sections.get('Listeners'), 'dynamic_listeners')) {
    const name = `listeners/${textOf(entry, 'name') ?? ''}`
    const details = textOf(entry, 'error_state', 'details')
    if (details !== undefined) remarks.set(name, `Envoy rejected its update: ${details.trim()}`)
    else if (objectOf(entry, 'active_state') === undefined && objectOf(entry, 'warming_state') !== undefined)
      remarks.set(name, WARMING)
  }
  for (const entry of listOf(dump.sections.get('Listeners'), 'dynamic_warming_listeners')) {
    remarks.set(`listeners/${textOf(entry, 'listener', 'name') ?? ''}`, WARMING)
  }
  for (const entry of listOf(dump.sections.get('Routes'), 'dynamic_route_configs')) {
    const details = textOf(entry, 'error_state', 'details')
    if (details !== undefined)
      remarks.set(
        `routes/${textOf(entry, 'route_config', 'name') ?? ''}`,
        `Envoy rejected its update: ${details.trim()}`,
      )
  }
  return remarks
}

/** The pod's own name and addresses, from the node in its Envoy's bootstrap. */
function own(dump: ConfigDump): readonly (readonly [string, string])[] {
  const node = at(dump.sections.get('Bootstrap'), 'bootstrap', 'node')
  const [, address, id] = (textOf(node, 'id') ?? '').split('~')
  const pod = (id ?? '').replace(/\.[^.]*$/, '')
  const ips = (textOf(node, 'metadata', 'INSTANCE_IPS') ?? '').split(',')
  const addresses = [...new Set([...ips, address ?? ''])].filter(ip => ip.length >= 3)
  const pairs: [string, string][] = addresses.map(ip => [ip, '<pod address>'])
  if (pod.length >= 3) pairs.push([pod, '<pod name>'])
  return pairs.sort(([a], [b]) => b.length - a.length)
}

/** Names of clusters of a type. (ORIGINAL_DST clusters list the hosts of recent traffic.) */
function clustersOf(clusters: Resources | undefined, type: string): ReadonlySet<string> {
  return new Set([...(clusters ?? [])].filter(([, json]) => textOf(json, 'type') === type).map(([name]) => name))
}

function only(resources: Resources, keep: (name: string) => boolean): Resources {
  return new Map([...resources].filter(([name]) => keep(name)))
}

/** Parses a dump from Envoy or from istiod's debug endpoint as one side of a comparison. */
export function readConfig(artifact: Artifact): Answer<DumpConfig> {
  const parsed = parseConfigDump(artifact)
  if (!parsed.ok) return parsed
  const dump = parsed.value
  const bootstrap = dump.sections.get('Bootstrap')
  const fromIstiod =
    artifact.id === 'istiod.config_dump' || (bootstrap !== undefined && objectOf(bootstrap, 'bootstrap') === undefined)
  const sections = new Map<ConfigSection, Resources>()
  const absent = new Map<ConfigSection, string>()
  const side = fromIstiod ? "istiod's dump" : "Envoy's dump"
  for (const section of CONFIG_SECTIONS) {
    if (section === 'secrets') {
      if (dump.sections.has('Secrets')) sections.set(section, secrets(dump))
      else absent.set(section, `${side} has no secrets section`)
    } else if (section === 'extensions') {
      sections.set(section, extensions(dump))
    } else if (dump.sections.has(WHERE[section].section)) {
      sections.set(section, named(WHERE[section], dump))
    } else {
      absent.set(section, `${side} has no ${section} section`)
    }
  }
  const endpoints = sections.get('endpoints')
  if (endpoints !== undefined) {
    const passing = clustersOf(sections.get('clusters'), 'ORIGINAL_DST')
    sections.set(
      'endpoints',
      only(endpoints, name => !passing.has(name)),
    )
  }
  return answered({
    sections,
    absent,
    own: own(dump),
    fromIstiod,
    remarks: remarksOf(dump),
    statics: staticResources(dump),
    version: textOf(dump.sections.get('Clusters'), 'version_info') ?? '',
  })
}

/** The part of an endpoint that istiod sends: its address, weight and health, independent of how each side serializes it. */
function endpointEssence(endpoint: unknown): unknown {
  const weight = numberOf(endpoint, 'load_balancing_weight') ?? 1
  const health = textOf(endpoint, 'health_status') ?? 'HEALTHY'
  return {
    endpoint: {address: at(endpoint, 'endpoint', 'address')},
    ...definedFields({
      load_balancing_weight: weight === 1 ? undefined : weight,
      health_status: health === 'HEALTHY' || health === 'UNKNOWN' ? undefined : health,
    }),
  }
}

/** A configuration with its endpoints reduced to what istiod sends; empty localities are left out, as Envoy does. */
export function withEssentialEndpoints(config: DumpConfig): DumpConfig {
  const endpoints = config.sections.get('endpoints')
  if (endpoints === undefined) return config
  const essence = (resource: unknown) => {
    const groups = listOf(resource, 'endpoints').filter(group => listOf(group, 'lb_endpoints').length > 0)
    return {
      endpoints: groups.map(group => ({
        locality: at(group, 'locality') ?? {},
        priority: numberOf(group, 'priority') ?? 0,
        lb_endpoints: listOf(group, 'lb_endpoints').map(endpointEssence),
      })),
    }
  }
  const cut = new Map([...endpoints].map(([name, resource]) => [name, essence(resource)] as const))
  return {...config, sections: new Map([...config.sections, ['endpoints', cut] as const])}
}

/** True for a secret without a certificate: Envoy waits for it. */
function isEmpty(secret: unknown): boolean {
  return isObject(secret) && Object.keys(secret).length === 0
}

/**
 * Types that every proxy gets from its istiod and that this one lacks while Envoy has them: after a restart of istiod the proxy has not subscribed to
 * them again, so there is nothing to compare with.
 */
export function withoutLostTypes(istiod: DumpConfig, envoy: DumpConfig): DumpConfig {
  const sections = new Map(istiod.sections)
  const absent = new Map(istiod.absent)
  for (const section of ['clusters', 'listeners'] as const) {
    const held = sections.get(section)
    if (held === undefined || held.size > 0 || (envoy.sections.get(section)?.size ?? 0) === 0) continue
    sections.delete(section)
    absent.set(section, `istiod has no ${section} for this proxy: it is not subscribed to them since istiod restarted`)
  }
  return {...istiod, sections, absent}
}

/**
 * Reduces an Envoy's config to what its istiod sends: no endpoints of clusters that are not EDS, and no secrets that the pod's own agent
 * provides (`default`, `ROOTCA`, files). Comparing those with istiod's dump would report false differences.
 */
export function narrowedToIstiod(envoy: DumpConfig, istiod: DumpConfig): DumpConfig {
  const sections = new Map(envoy.sections)
  const absent = new Map(envoy.absent)
  const known = istiod.sections.get('clusters')
  const theirs = clustersOf(known, 'EDS')
  const ours = clustersOf(envoy.sections.get('clusters'), 'EDS')
  // An istiod that has none of the proxy's clusters says nothing about their type.
  const eds = {has: (name: string) => theirs.has(name) || (known?.has(name) !== true && ours.has(name))}
  const endpoints = sections.get('endpoints')
  if (endpoints !== undefined)
    sections.set(
      'endpoints',
      only(endpoints, name => eds.has(name)),
    )
  const held = istiod.sections.get('secrets')
  const secret = sections.get('secrets')
  if (held !== undefined && secret !== undefined) {
    const fromControlPlane = (name: string) =>
      held.has(name) || (!isEmpty(secret.get(name)) && /^(kubernetes|kubernetes-gateway|configmap):\/\//.test(name))
    const kept = only(secret, fromControlPlane)
    sections.set('secrets', kept)
    if (kept.size === 0 && held.size === 0) {
      sections.delete('secrets')
      absent.set('secrets', "istiod sends none to this proxy; its certificates come from the pod's istio-agent")
    }
  }
  return {...envoy, sections, absent}
}
