import type {ServiceConfig} from '../../model/istio-config/kubernetes.js'
import type {ServiceEntryConfig} from '../../model/istio-config/traffic.js'
import {fullHost, visibleScopes} from './host-names.js'

/** A host of the registry: a Service or a host of a ServiceEntry. */
export interface RegistryHost {
  readonly host: string
  readonly ports: readonly number[]
  readonly service?: ServiceConfig
  readonly entry?: ServiceEntryConfig
}

/** The hosts of the registry by name and visibility. */
export interface HostIndex {
  /** The host a destination means for an object in `namespace` with that exportTo; undefined when there is none. */
  find(namespace: string, exportTo: readonly string[], host: string): RegistryHost | undefined
  /** All hosts, with the namespaces they are visible in. */
  readonly all: readonly (RegistryHost & {readonly scope: string})[]
}

/** Indexes Services and ServiceEntries by host and by the namespaces they are visible in. */
export function hostIndex(services: readonly ServiceConfig[], entries: readonly ServiceEntryConfig[]): HostIndex {
  const exact = new Map<string, RegistryHost>()
  const wildcards: {readonly scope: string; readonly suffix: string; readonly host: RegistryHost}[] = []
  const all: (RegistryHost & {scope: string})[] = []
  const add = (scope: string, host: RegistryHost) => {
    exact.set(`${scope}/${host.host}`, host)
    all.push({...host, scope})
    if (host.host.startsWith('*')) wildcards.push({scope, suffix: host.host.slice(1), host})
  }
  for (const entry of entries) {
    const {namespace} = entry.object.ref
    const ports = entry.ports.map(({number}) => number)
    for (const scope of visibleScopes(entry.exportTo, namespace)) {
      for (const host of entry.hosts) add(scope, {host: fullHost(host, namespace), ports, entry})
    }
  }
  for (const service of services) {
    const {namespace, name} = service.object.ref
    const ports = service.ports.map(({port}) => port)
    for (const scope of visibleScopes(service.exportTo, namespace)) {
      add(scope, {host: fullHost(name, namespace), ports, service})
    }
  }
  wildcards.sort((a, b) => b.suffix.length - a.suffix.length)

  function find(namespace: string, exportTo: readonly string[], host: string): RegistryHost | undefined {
    const full = fullHost(host, namespace)
    const scopes = exportTo.length === 0 ? [namespace] : exportTo.map(each => (each === '.' ? namespace : each))
    for (const scope of ['*', ...scopes]) {
      const found = exact.get(`${scope}/${full}`)
      if (found !== undefined) return found
    }
    // A short name is not a name of a wildcard: Envoy has a cluster for the wildcard, not for what the name is completed to.
    const suffix = host.startsWith('*') ? host.slice(1) : host
    return wildcards.find(each => (each.scope === '*' || each.scope === namespace) && suffix.endsWith(each.suffix))
      ?.host
  }
  return {find, all}
}
