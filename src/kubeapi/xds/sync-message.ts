import {type ProxyConnection, proxyNamespace, type SyncState, type TypeSync} from '../../model/sync-state.js'
import {xdsTypeNamed} from '../../model/xds-type.js'
import {field, message} from './protobuf-write.js'

const CLIENT_CONFIG_TYPE = 'type.googleapis.com/envoy.service.status.v3.ClientConfig'

/** envoy.service.status.v3.ConfigStatus. */
const STATUS: Readonly<Record<SyncState, number>> = {IGNORED: 0, SYNCED: 1, 'NOT SENT': 2, STALE: 3, ERROR: 4}

/** google.protobuf.Any. */
export function anyOf(typeUrl: string, value: Uint8Array): Buffer {
  return message(field(1, typeUrl), field(2, value))
}

function timestamp(rfc3339: string): Buffer {
  const ms = Date.parse(rfc3339)
  const fraction = /\.(\d+)/.exec(rfc3339)?.[1] ?? ''
  const nanos = Number(fraction.padEnd(9, '0').slice(0, 9))
  return message(field(1, Math.floor(ms / 1000)), ...(nanos > 0 ? [field(2, nanos)] : []))
}

/** ClientConfig.GenericXdsConfig: type_url 1, last_updated 5, config_status 6, error_state 8 (UpdateFailureState: details 3). */
function typeConfig({type, state, sentAt, error}: TypeSync): Buffer {
  return message(
    field(1, xdsTypeNamed(type).url),
    ...(sentAt === undefined ? [] : [field(5, timestamp(sentAt))]),
    field(6, STATUS[state]),
    ...(error === undefined ? [] : [field(8, message(field(3, error)))]),
  )
}

/** google.protobuf.Struct of strings: an entry per field, each value in `string_value` 3. */
function struct(values: Readonly<Record<string, string>>): Buffer {
  return message(
    ...Object.entries(values).map(([name, value]) =>
      field(1, message(field(1, name), field(2, message(field(3, value))))),
    ),
  )
}

/** A proxy's state as istiod's debug service sends it: envoy.service.status.v3.ClientConfig in an Any. */
export function clientConfig({id, cluster, version, types}: ProxyConnection): Buffer {
  const metadata = struct({CLUSTER_ID: cluster, ISTIO_VERSION: version, NAMESPACE: proxyNamespace(id)})
  const node = message(field(1, id), field(3, metadata))
  return anyOf(CLIENT_CONFIG_TYPE, message(field(1, node), ...types.map(each => field(3, typeConfig(each)))))
}

export interface DiscoveryAnswer {
  readonly typeUrl: string
  readonly resources: readonly Buffer[]
  readonly istiod: string
  readonly version: string
}

/** envoy.service.discovery.v3.DiscoveryResponse, with istiod's name where istioctl looks for it: control_plane.identifier. */
export function discoveryResponse({typeUrl, resources, istiod, version}: DiscoveryAnswer): Buffer {
  const identifier = JSON.stringify({Component: 'istiod', ID: istiod, Info: {version}})
  return message(
    ...resources.map(each => field(2, each)),
    field(4, typeUrl),
    field(5, 'recorded'),
    field(6, message(field(1, identifier))),
  )
}
