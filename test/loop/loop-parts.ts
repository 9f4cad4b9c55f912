import type {EvidenceId} from '../../src/model/evidence/evidence.js'
import type {KubeObject, PodRef} from '../../src/model/kube/kube-object.js'
import {overlaySource} from '../../src/sources/overlay.js'
import type {Source} from '../../src/sources/source.js'

/** A filter that Envoy discovers by ECDS (admin/v3 EcdsConfigDump), as a section of its dump. */
const ECDS = {
  '@type': 'type.googleapis.com/envoy.admin.v3.EcdsConfigDump',
  ecds_filters: [
    {
      version_info: '2026-11-20T18:54:04Z/7',
      ecds_filter: {
        '@type': 'type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig',
        name: 'demo.wasm-example',
        typed_config: {'@type': 'type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm', config: {name: 'x'}},
      },
      last_updated: '2026-11-20T18:54:05Z',
    },
  ],
}

/** The source with such a filter in one of its proxies: none of the sample has one. */
function withEcds(source: Source): Source {
  return {
    ...source,
    async evidence(id, pod, query) {
      const answer = await source.evidence(id, pod, query)
      if (!answer.ok || id !== 'envoy.config_dump' || !pod.name.startsWith('productpage')) return answer
      const dump = JSON.parse(Buffer.from(answer.value.bytes).toString('utf8')) as {configs: unknown[]}
      const bytes = Buffer.from(JSON.stringify({configs: [...dump.configs, ECDS]}, null, 1))
      return {ok: true, value: {...answer.value, bytes}}
    },
  }
}

/** Pages nobody asked the proxies of the sample for, in the forms of Envoy's /logging and /stats. */
const PAGES: Readonly<Partial<Record<EvidenceId, string>>> = {
  'envoy.logging': 'active loggers:\n  admin: warning\n  config: warning\n  rbac: debug\n\n',
  'envoy.stats': [
    'cluster.outbound|9080||reviews.demo.svc.cluster.local.upstream_cx_connect_fail: 2',
    'cluster.outbound|9080||reviews.demo.svc.cluster.local.upstream_rq_2xx: 40',
    'cluster.outbound|9080||reviews.demo.svc.cluster.local.upstream_rq_5xx: 3',
    'cluster.outbound|9080||reviews.demo.svc.cluster.local.upstream_rq_total: 43',
    'cluster.outbound|9080||reviews.demo.svc.cluster.local.upstream_rq_time: P0(1,1) P25(2,2) P50(3,4) P100(9,9)',
    'server.live: 1',
    '',
  ].join('\n'),
}

/** The source with those pages of every proxy that answers. */
function withPages(source: Source): Source {
  return {
    ...source,
    async evidence(id, pod, query) {
      const page = PAGES[id]
      const proxy = page === undefined ? undefined : await source.evidence('envoy.server_info', pod)
      return proxy?.ok === true && page !== undefined
        ? {ok: true, value: {...proxy.value, id, bytes: Buffer.from(page)}}
        : source.evidence(id, pod, query)
    },
  }
}

const ZTUNNEL: PodRef = {namespace: 'istio-system', name: 'ztunnel-tzvtn'}

/** A ztunnel as its chart installs it, and a waypoint as `istioctl waypoint apply` makes it. */
const AMBIENT: readonly unknown[] = [
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...ZTUNNEL,
      labels: {app: 'ztunnel', 'istio.io/dataplane-mode': 'none'},
      creationTimestamp: '2026-11-20T18:00:00Z',
      ownerReferences: [{apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'ztunnel', controller: true}],
    },
    spec: {nodeName: 'node1', containers: [{name: 'istio-proxy', image: 'docker.io/istio/ztunnel:1.31.0'}]},
    status: {
      phase: 'Running',
      podIP: '10.244.0.250',
      podIPs: [{ip: '10.244.0.250'}],
      conditions: [{type: 'Ready', status: 'True'}],
      containerStatuses: [{name: 'istio-proxy', ready: true, state: {running: {startedAt: '2026-11-20T18:00:01Z'}}}],
    },
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: {namespace: 'demo', name: 'waypoint', creationTimestamp: '2026-11-20T18:00:00Z'},
    spec: {gatewayClassName: 'istio-waypoint', listeners: [{name: 'mesh', port: 15_008, protocol: 'HBONE'}]},
    status: {conditions: [{type: 'Programmed', status: 'False', reason: 'AddressNotAssigned', message: 'no pod'}]},
  },
]

/** The start of what a ztunnel answers on /config_dump: one workload, one Service, no certificates. */
const ZTUNNEL_PAGES: Readonly<Partial<Record<EvidenceId, string>>> = {
  'ztunnel.logging': 'current log level is hickory_server::server=off,info\n',
  'ztunnel.config_dump': JSON.stringify({
    certificates: [],
    policies: [],
    services: [
      {
        name: 'reviews',
        namespace: 'demo',
        hostname: 'reviews.demo.svc.cluster.local',
        vips: ['Kubernetes/10.96.33.155'],
        ports: {'9080': 9080},
        endpoints: {},
        subjectAltNames: [],
      },
    ],
    stagedServices: {},
    workloadState: {},
    workloads: [
      {
        uid: 'Kubernetes//Pod/demo/outsider',
        name: 'outsider',
        namespace: 'demo',
        workloadIps: ['10.244.0.56'],
        protocol: 'HBONE',
        node: 'node1',
        serviceAccount: 'outsider',
        status: 'Healthy',
        trustDomain: 'cluster.local',
        workloadName: 'outsider',
        workloadType: 'pod',
        clusterId: 'Kubernetes',
        services: [],
      },
    ],
  }),
}

/** The source with a ztunnel and a waypoint beside the sidecars. */
function withAmbient(source: Source): Source {
  const laid = overlaySource(source, {apply: AMBIENT as readonly KubeObject[], remove: []})
  return {
    ...laid,
    async evidence(id, pod, query) {
      const page = pod.name === ZTUNNEL.name && pod.namespace === ZTUNNEL.namespace ? ZTUNNEL_PAGES[id] : undefined
      if (page === undefined) return await source.evidence(id, pod, query)
      return {ok: true, value: {id, bytes: Buffer.from(page), provenance: {from: `${pod.name}.${pod.namespace}`}}}
    },
  }
}

/** The sample with what none of its proxies has or was asked for, so that every report has something to answer. */
export function withParts(source: Source): Source {
  return withAmbient(withEcds(withPages(source)))
}
