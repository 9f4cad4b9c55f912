/** The sync state of one xDS type of one proxy. IGNORED: the proxy never subscribed to it. SUBSCRIBED: whether it is in sync is not said. */
export type SyncState = 'SYNCED' | 'STALE' | 'NOT SENT' | 'ERROR' | 'IGNORED' | 'SUBSCRIBED'

export const SYNC_STATES: readonly SyncState[] = ['ERROR', 'STALE', 'NOT SENT', 'SYNCED', 'SUBSCRIBED', 'IGNORED']

/** The state of one type, when it was last sent, and why the proxy rejected it. Times are RFC 3339. */
export interface TypeSync {
  readonly type: string
  readonly state: SyncState
  readonly sentAt?: string
  /** When the config the proxy last accepted was generated. */
  readonly ackedAt?: string
  /** Whether the proxy has ever accepted config of the type; absent when the source does not say. */
  readonly ackedOnce?: boolean
  readonly error?: string
}

/** One proxy's connection as one istiod sees it. */
export interface ProxyConnection {
  /** `pod.namespace`. */
  readonly id: string
  readonly cluster: string
  readonly kind: string
  readonly version: string
  /** The istiod it is connected to, where the page itself says so. */
  readonly istiod?: string
  readonly types: readonly TypeSync[]
}

/** The namespace in a proxy's id `pod.namespace`; pod names hold dots, namespaces do not. */
export function proxyNamespace(id: string): string {
  return id.slice(id.lastIndexOf('.') + 1)
}

/** The pod name in a proxy's id. */
export function proxyPod(id: string): string {
  const dot = id.lastIndexOf('.')
  return dot < 0 ? id : id.slice(0, dot)
}

/** The state of a type by its short name; a type the proxy never subscribed to is IGNORED. */
export function stateOf(proxy: ProxyConnection, type: string): TypeSync {
  return proxy.types.find(each => each.type === type) ?? {type, state: 'IGNORED'}
}
