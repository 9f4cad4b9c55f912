import {TLS_MODE_LABEL} from '../../model/istio/mesh-keys.js'
import {parseIp} from '../../model/kernel/ip-address.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {listOf, numberOf, objectOf, textMapOf, textOf} from '../decode.js'

/** What istiod writes on the WorkloadEntry of a machine whose proxy connects to it (istio/istio pilot/pkg/autoregistration), or the machine's owner to say that it has one. */
export const CONNECTED_AT = 'istio.io/connectedAt'
export const DISCONNECTED_AT = 'istio.io/disconnectedAt'
export const WORKLOAD_CONTROLLER = 'istio.io/workloadController'
const CONNECTED = [CONNECTED_AT, DISCONNECTED_AT, WORKLOAD_CONTROLLER]

/** True where a WorkloadEntry says that a proxy of the mesh runs on the machine: istiod registered its connection, or its label makes clients use mTLS. */
export function hasMachineProxy(entry: KubeObject): boolean {
  const annotations = entry.metadata.annotations ?? {}
  const labels = {...entry.metadata.labels, ...textMapOf(entry, 'spec', 'labels')}
  return CONNECTED.some(name => annotations[name] !== undefined) || labels[TLS_MODE_LABEL] === 'istio'
}

/** When istiod lost the connection of a machine's proxy (RFC 3339), if it was not made again; undefined where it has one or never had. */
export function disconnectedSince(annotations: Readonly<Record<string, string>>): string | undefined {
  const {[CONNECTED_AT]: since, [DISCONNECTED_AT]: until} = annotations
  if (until === undefined) return undefined
  return since === undefined || Date.parse(until) >= Date.parse(since) ? until : undefined
}

/** The last health check of the machine (`Healthy`), which its agent sends; without one it counts as ready, as istiod takes it. */
function isHealthy(entry: KubeObject): boolean {
  return !listOf(entry, 'status', 'conditions').some(
    each => textOf(each, 'type') === 'Healthy' && textOf(each, 'status') === 'False',
  )
}

/**
 * The machine behind a WorkloadEntry in the form of a pod, so that the rules about objects can be asked of it: its labels, service account, address
 * and ports as the entry has them, its proxy as a container where the entry says that it has one (istio.io, WorkloadEntry).
 */
export function podOfMachine(entry: KubeObject): KubeObject | undefined {
  if (entry.kind !== 'WorkloadEntry') return undefined
  const address = textOf(entry, 'spec', 'address') ?? ''
  const ports = Object.keys(objectOf(entry, 'spec', 'ports') ?? {}).flatMap(name => {
    const containerPort = numberOf(entry, 'spec', 'ports', name)
    return containerPort === undefined ? [] : [{name, containerPort}]
  })
  const proxy = hasMachineProxy(entry) ? [{name: 'istio-proxy', args: ['proxy', 'sidecar']}] : []
  const {name, namespace, labels, annotations, creationTimestamp} = entry.metadata
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      creationTimestamp,
      labels: {...labels, ...textMapOf(entry, 'spec', 'labels')},
      annotations,
      ownerReferences: [{apiVersion: 'networking.istio.io/v1', kind: entry.kind, name, controller: true}],
    },
    spec: {
      serviceAccountName: textOf(entry, 'spec', 'serviceAccount'),
      containers: [{name: 'application', ports}, ...proxy],
    },
    status: {
      phase: 'Running',
      ...(parseIp(address) === undefined ? {} : {podIP: address}),
      conditions: [
        {type: 'Ready', status: isHealthy(entry) ? 'True' : 'False'},
        ...listOf(entry, 'status', 'conditions'),
      ],
    },
  }
}
