import {byText} from '../text/order.js'

/** An Envoy cluster as in istioctl's tables; `json` is the resource as Envoy sent it. */
export interface EnvoyCluster {
  readonly name: string
  /** The parts of Istio's name `direction|port|subset|host`; undefined for names of another form. */
  readonly parts: ClusterNameParts | undefined
  readonly type: string
  readonly rule: string
  readonly traits: ClusterTraits
  readonly json: unknown
}

/** Columns of -o wide that istioctl's table does not have, one text per cell. */
export interface ClusterTraits {
  readonly lbPolicy: string
  readonly tls: string
  readonly outlier: string
  readonly healthChecks: string
  readonly connectTimeout: string
  /** The name of a cluster type that is an extension; empty for the built-in ones. */
  readonly customType: string
  /** The resource's type when it is not a Cluster of any API version; empty otherwise. */
  readonly unknownType: string
}

export interface ClusterNameParts {
  readonly direction: string
  readonly port: number
  readonly subset: string
  readonly host: string
}

/** Splits Istio's cluster name at `|` (or at `_.` in SNI-DNAT names); undefined when it has fewer than four parts. */
export function clusterNameParts(name: string): ClusterNameParts | undefined {
  if (name.split('|').length <= 3) return undefined
  const separator = name.startsWith('outbound_') || name.startsWith('inbound_') ? '_.' : '|'
  const parts: string[] = []
  let rest = name
  for (let cut = 0; cut < 3; cut++) {
    const at = rest.indexOf(separator)
    if (at < 0) return {direction: parts[0] ?? '', port: portNumber(parts[1] ?? ''), subset: parts[2] ?? '', host: ''}
    parts.push(rest.slice(0, at))
    rest = rest.slice(at + separator.length)
  }
  const [direction = '', port = '', subset = ''] = parts
  return {direction, port: portNumber(port), subset, host: rest.includes(separator) ? '' : rest}
}

function portNumber(text: string): number {
  return /^[+-]?\d+$/.test(text) ? Number(text) : 0
}

/** Orders clusters by host, subset, port and direction; any other name is treated as a host. */
export function byClusterName(
  a: Pick<EnvoyCluster, 'name' | 'parts'>,
  b: Pick<EnvoyCluster, 'name' | 'parts'>,
): number {
  return (
    byText(a.parts?.host ?? a.name, b.parts?.host ?? b.name) ||
    byText(a.parts?.subset ?? '', b.parts?.subset ?? '') ||
    (a.parts?.port ?? 0) - (b.parts?.port ?? 0) ||
    byText(a.parts?.direction ?? '', b.parts?.direction ?? '')
  )
}
