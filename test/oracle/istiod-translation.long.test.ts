import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {podMode} from '../../src/analysis/pod-mode/pod-mode.js'
import {istioObjects, livingPods, meshSettings, workloadOf} from '../../src/evidence/mesh-objects/istio-objects.js'
import {readDump} from '../../src/evidence/mesh-world/site.js'
import {at, isObject, listOf, textOf} from '../../src/formats/decode.js'
import {resourcesOf} from '../../src/istiod/dump.js'
import {madeClusters} from '../../src/istiod/outbound-clusters.js'
import {madeVirtualHosts} from '../../src/istiod/outbound-routes.js'
import type {Message} from '../../src/istiod/rbac/strings.js'
import {istioState} from '../../src/istiod/state.js'
import {inboundPorts, type Viewpoint} from '../../src/istiod/viewpoint.js'
import type {PodModel} from '../../src/model/kube/pod.js'
import {openFiles} from '../../src/sources/open.js'
import type {Source} from '../../src/sources/source.js'
import {sharedMesh} from '../support/mesh-capture.js'
import {SHARED, sharedTest} from '../support/shared-data.js'

function socketsOf(cluster: unknown): string {
  const matches = listOf(cluster, 'transport_socket_matches').map(each => textOf(each, 'name'))
  if (matches.length > 0) return matches.join(',')
  const socket = at(cluster, 'transport_socket')
  if (socket === undefined) return 'plain'
  const common = at(socket, 'typed_config', 'common_tls_context')
  const secret = listOf(common, 'tls_certificate_sds_secret_configs').map(each => textOf(each, 'name'))
  return `tls ${secret.join(',').replace(/^file-cert:.*/, 'own')} ${textOf(socket, 'typed_config', 'sni') ?? ''}`
}

/** The same value with the names of every object in order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, ordered(value[key])]),
  )
}

function routesText(routes: readonly unknown[]): unknown {
  return ordered(
    routes.map(route => ({
      match: at(route, 'match'),
      cluster: at(route, 'route', 'cluster') ?? at(route, 'route', 'weighted_clusters', 'clusters'),
      timeout: at(route, 'route', 'timeout'),
      retries: at(route, 'route', 'retry_policy', 'num_retries'),
      retryOn: at(route, 'route', 'retry_policy', 'retry_on'),
      redirect: at(route, 'redirect'),
      direct: at(route, 'direct_response', 'status'),
      fault: at(route, 'typed_per_filter_config', 'envoy.filters.http.fault'),
      prefixRewrite: at(route, 'route', 'prefix_rewrite'),
    })),
  )
}

interface Compared {
  readonly pod: string
  readonly wrong: readonly string[]
  readonly judged: number
}

function compared(pod: PodModel, dump: Message, view: Viewpoint): Compared {
  const wrong: string[] = []
  let judged = 0
  const judge = (what: string, made: unknown, real: unknown) => {
    judged++
    if (JSON.stringify(made) !== JSON.stringify(real))
      wrong.push(`${what}: made ${JSON.stringify(made)?.slice(0, 700)}, real ${JSON.stringify(real)?.slice(0, 700)}`)
  }
  const made = madeClusters(view)
  const real = new Map(
    resourcesOf(dump, 'clusters')
      .map(each => [textOf(each, 'name') ?? '', each] as const)
      .filter(([name]) => name.startsWith('outbound|')),
  )
  judge('clusters missing', [...real.keys()].filter(each => !made.has(each)).sort(), [])
  judge('clusters too many', [...made.keys()].filter(each => !real.has(each)).sort(), [])
  const assignments = new Map(
    resourcesOf(dump, 'endpoints').map(each => [textOf(each, 'cluster_name') ?? '', each] as const),
  )
  const known = (name: string) => name.endsWith(`.${pod.object.namespace}.svc.cluster.local`)
  for (const [name, {cluster, endpoints}] of made) {
    const other = real.get(name)
    if (other === undefined) continue
    judge(`${name} type`, textOf(cluster, 'type'), textOf(other, 'type'))
    // Whether clients of a headless Service use mTLS depends on its pods, and only those of one namespace were captured.
    if (textOf(cluster, 'type') !== 'ORIGINAL_DST' || known(name))
      judge(`${name} sockets`, socketsOf(cluster), socketsOf(other))
    const given = assignments.get(name)
    if (endpoints === undefined || given === undefined) continue
    const listed = listOf(given, 'endpoints')
      .flatMap(each => listOf(each, 'lb_endpoints'))
      .map(each => {
        const address = at(each, 'endpoint', 'address', 'socket_address')
        const mtls = textOf(each, 'metadata', 'filter_metadata', 'envoy.transport_socket_match', 'tlsMode') === 'istio'
        return `${textOf(address, 'address')}:${at(address, 'port_value')}${mtls ? ' mtls' : ''}`
      })
    judge(
      `${name} endpoints`,
      endpoints.map(each => `${each.address}:${each.port}${each.mtls ? ' mtls' : ''}`).sort(),
      listed.sort(),
    )
  }
  const hosts = new Map(madeVirtualHosts(view).map(each => [`${each.config} ${each.name}`, each]))
  const found = new Map<string, unknown>()
  for (const config of resourcesOf(dump, 'routes'))
    for (const host of listOf(config, 'virtual_hosts')) {
      const name = textOf(host, 'name') ?? ''
      if (!['allow_any', 'block_all'].includes(name) && !/^inbound\|/.test(textOf(config, 'name') ?? ''))
        found.set(`${textOf(config, 'name')} ${name}`, host)
    }
  judge('virtual hosts missing', [...found.keys()].filter(each => !hosts.has(each)).sort(), [])
  judge('virtual hosts too many', [...hosts.keys()].filter(each => !found.has(each)).sort(), [])
  for (const [key, host] of hosts) {
    const other = found.get(key)
    // Ambient namespaces are routed by Gateway API objects, which the captures do not hold.
    if (other === undefined || / [^ ]*\.amb2?\.svc\./.test(key)) continue
    // Addresses istiod allocates by itself are in no object.
    const real = listOf(other, 'domains').filter(each => typeof each !== 'string' || !each.startsWith('240.240.'))
    judge(`${key} domains`, [...host.domains].sort(), [...real].sort())
    judge(`${key} routes`, routesText(host.routes), routesText(listOf(other, 'routes')))
  }
  return {pod: pod.object.name, wrong, judged}
}

async function compareAll(source: Source): Promise<readonly Compared[]> {
  const settings = await meshSettings(source, 'istio-system')
  if (settings === undefined) throw new Error('the mesh configuration is there')
  const {pods} = await livingPods(source)
  const {objects} = await istioObjects(source)
  const state = istioState(objects, {
    settings,
    workloads: pods.map(workloadOf),
    complete: namespace => pods.some(each => each.object.namespace === namespace),
  })
  const all: Compared[] = []
  for (const pod of pods) {
    if (podMode(pod) !== 'sidecar') continue
    const ref = {namespace: pod.object.namespace, name: pod.object.name}
    const dump = await readDump(source, {ref} as never)
    if (!dump.ok) continue
    const place = {namespace: ref.namespace, labels: pod.labels, gateway: false}
    const view = {state, place, ports: inboundPorts(state, place, workloadOf(pod).portNamed)}
    all.push(compared(pod, dump.value as Message, view))
  }
  return all
}

/** Proxies whose configuration is not what istiod makes of today's objects: stale, rejected, without a control plane. */
const SICK = /^sick-(stale|nack|notready|ca|dns|dns2|oom|img)/

describe('what the objects make of proxies is what istiod made of them', () => {
  sharedTest(
    'in the recorded mesh',
    async () => {
      const source = await sharedMesh()
      const found = await compareAll(source)
      expect(found.filter(each => !SICK.test(each.pod) && each.wrong.length > 0)).toEqual([])
    },
    60_000,
  )

  sharedTest(
    'in the base of the recorded changes',
    async () => {
      const found = await compareAll(await openFiles([join(SHARED, 'whatif', 'base.tgz')]))
      expect(found.filter(each => !SICK.test(each.pod) && each.wrong.length > 0)).toEqual([])
    },
    60_000,
  )
})
