import {xdsTypeNamed} from '../../model/envoy/xds-type.js'
import {type ProxyConnection, proxyNamespace, type SyncState, type TypeSync} from '../../model/istio/sync-state.js'
import {writeField, writeMessage} from './protobuf-write.js'

const CLIENT_CONFIG_TYPE = 'type.googleapis.com/envoy.service.status.v3.ClientConfig'

/** envoy.service.status.v3.ConfigStatus. */
const STATUS: Readonly<Record<SyncState, number>> = {
  IGNORED: 0,
  SUBSCRIBED: 0,
  SYNCED: 1,
  'NOT SENT': 2,
  STALE: 3,
  ERROR: 4,
}

/** google.protobuf.Any. */
export function packAny(typeUrl: string, value: Uint8Array): Buffer {
  return writeMessage(writeField(1, typeUrl), writeField(2, value))
}

function timestamp(rfc3339: string): Buffer {
  const ms = Date.parse(rfc3339)
  const fraction = /\.(\d+)/.exec(rfc3339)?.[1] ?? ''
  const nanos = Number(fraction.padEnd(9, '0').slice(0, 9))
  return writeMessage(writeField(1, Math.floor(ms / 1000)), ...(nanos > 0 ? [writeField(2, nanos)] : []))
}

/** ClientConfig.GenericXdsConfig: type_url 1, last_updated 5, config_status 6, error_state 8 (UpdateFailureState: details 3). */
function typeConfig({type, state, sentAt, error}: TypeSync): Buffer {
  return writeMessage(
    writeField(1, xdsTypeNamed(type).url),
    ...(sentAt === undefined ? [] : [writeField(5, timestamp(sentAt))]),
    writeField(6, STATUS[state]),
    ...(error === undefined ? [] : [writeField(8, writeMessage(writeField(3, error)))]),
  )
}

/** google.protobuf.Struct of strings: an entry per field, each value in `string_value` 3. */
function struct(values: Readonly<Record<string, string>>): Buffer {
  return writeMessage(
    ...Object.entries(values).map(([name, value]) =>
      writeField(1, writeMessage(writeField(1, name), writeField(2, writeMessage(writeField(3, value))))),
    ),
  )
}

/** A proxy's state as istiod's debug service sends it: envoy.service.status.v3.ClientConfig in an Any. */
export function clientConfig({id, cluster, version, types}: ProxyConnection): Buffer {
  const metadata = struct({CLUSTER_ID: cluster, ISTIO_VERSION: version, NAMESPACE: proxyNamespace(id)})
  const node = writeMessage(writeField(1, id), writeField(3, metadata))
  return packAny(
    CLIENT_CONFIG_TYPE,
    writeMessage(writeField(1, node), ...types.map(each => writeField(3, typeConfig(each)))),
  )
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
  return writeMessage(
    ...resources.map(each => writeField(2, each)),
    writeField(4, typeUrl),
    writeField(5, 'recorded'),
    writeField(6, writeMessage(writeField(1, identifier))),
  )
}
