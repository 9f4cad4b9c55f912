import {definedFields} from '../../model/collections/defined-fields.js'
import type {
  ConnectedProxy,
  DebugPages,
  EndpointCount,
  KnownPolicy,
  PushProblem,
  RegisteredService,
  WatchedCluster,
} from '../../model/evidence/debug-page.js'
import {isObject, type JsonObject, listOf, numberOf, objectOf, textOf} from '../decode.js'
import {jsonBlocks} from '../pasted/json-blocks.js'

/** Names that only istiod's debug pages have (istio/istio, pilot/pkg/xds/debug.go, 1.0 to 1.31). */
const MARK =
  /"(?:ServiceRegistry|svc|Shards|totalClients|connectionId|ProxyStatus|pilot_\w+|syncStatus|namespace_to_policies)"/

function serviceOf(value: unknown): readonly RegisteredService[] {
  const host = textOf(value, 'hostname')
  if (host === undefined || objectOf(value, 'Attributes') === undefined) return []
  const ports = listOf(value, 'ports').map(port => ({
    name: textOf(port, 'name') ?? '',
    port: numberOf(port, 'port') ?? 0,
    protocol: textOf(port, 'protocol') ?? '',
  }))
  return [{host, ports}]
}

/** `{"svc": "HOST:PORT", "ep": [...]}`: the page until 1.6. */
function oldEndpoints(value: unknown): readonly EndpointCount[] {
  const host = textOf(value, 'svc')
  if (host === undefined || !isObject(value) || !('ep' in value)) return []
  return [{host, all: listOf(value, 'ep').length, unhealthy: 0}]
}

/** `{"HOST": {"NAMESPACE": {"Shards": {"SHARD": [...]}}}}`: the page since then. HealthStatus 1 is unhealthy in old releases and healthy in new ones (istio/istio, pilot/pkg/model), so only 2 and above count. */
function shardEndpoints(host: string, byNamespace: unknown): readonly EndpointCount[] {
  if (!isObject(byNamespace)) return []
  return Object.values(byNamespace).flatMap(each => {
    const shards = objectOf(each, 'Shards')
    if (shards === undefined) return []
    const all = Object.values(shards).flatMap(list => (Array.isArray(list) ? list : []))
    const unhealthy = all.filter(endpoint => (numberOf(endpoint, 'HealthStatus') ?? 0) > 1).length
    return [{host, all: all.length, unhealthy}]
  })
}

function proxiesOf(value: unknown): readonly ConnectedProxy[] {
  return listOf(value, 'clients').flatMap(client => {
    const id = textOf(client, 'connectionId')
    return id === undefined
      ? []
      : [{name: id.replace(/-\d+$/, ''), ...definedFields({version: textOf(client, 'metadata', 'ISTIO_VERSION')})}]
  })
}

function problemsOf(value: JsonObject): readonly PushProblem[] {
  const status = objectOf(value, 'ProxyStatus') ?? value
  return Object.entries(status).flatMap(([metric, by]) =>
    /^pilot_\w+$/.test(metric) && isObject(by)
      ? Object.entries(by).map(([subject, entry]) => ({metric, subject, message: textOf(entry, 'message') ?? ''}))
      : [],
  )
}

function clusterOf(value: unknown): readonly WatchedCluster[] {
  const [id, state] = [textOf(value, 'id'), textOf(value, 'syncStatus')]
  return id === undefined || state === undefined ? [] : [{id, state}]
}

function policiesOf(value: unknown): readonly KnownPolicy[] {
  const by = objectOf(value, 'authorization_policies', 'namespace_to_policies')
  return Object.values(by ?? {}).flatMap(list =>
    (Array.isArray(list) ? list : []).map(policy => ({
      name: textOf(policy, 'name') ?? '',
      namespace: textOf(policy, 'namespace') ?? '',
      action: textOf(policy, 'spec', 'action') ?? 'ALLOW',
    })),
  )
}

/** Reads istiod's debug pages registryz, endpointz, endpointShardz, adsz, connections, push_status, clusterz and authorizationz; undefined for other texts. */
export function parseIstiodPages(text: string): DebugPages | undefined {
  if (!MARK.test(text)) return undefined
  const blocks = jsonBlocks(text)
  const values = blocks.map(({value}) => value)
  const entries = values.flatMap(value => (Array.isArray(value) ? value : [value]))
  const objects = entries.filter(isObject)
  const pages = {
    services: entries.flatMap(serviceOf),
    endpoints: [
      ...entries.flatMap(oldEndpoints),
      ...objects.flatMap(object => Object.entries(object).flatMap(([host, by]) => shardEndpoints(host, by))),
    ],
    proxies: entries.flatMap(proxiesOf),
    problems: objects.flatMap(problemsOf),
    clusters: entries.flatMap(clusterOf),
    policies: entries.flatMap(policiesOf),
  }
  const cut = blocks.some(({cuts}) => cuts.length > 0)
  return Object.values(pages).some(list => list.length > 0) ? {...pages, cut} : undefined
}
