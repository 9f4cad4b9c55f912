/** What decides which rules Istio makes in a pod: the flags of istio-init or what the CNI plugin derives, as effective values. */
export interface CaptureSettings {
  readonly proxyPort: string
  readonly inboundPort: string
  readonly tunnelPort: string
  readonly uids: readonly string[]
  readonly gids: readonly string[]
  readonly mode: 'REDIRECT' | 'TPROXY'
  readonly tproxyMark: number
  /** `*` is all, a list is only those, empty is none. */
  readonly inboundInclude: string
  readonly inboundExclude: readonly string[]
  readonly rangesInclude: string
  readonly rangesExclude: readonly string[]
  readonly outboundInclude: readonly string[]
  readonly outboundExclude: readonly string[]
  readonly virtualInterfaces: readonly string[]
  readonly excludedInterfaces: readonly string[]
  readonly dns: boolean
  readonly dnsAll: boolean
  readonly resolvers: readonly string[]
  readonly dropInvalid: boolean
  readonly groupsInclude: string
  readonly groupsExclude: readonly string[]
  readonly loopback4: string
  readonly native: boolean
  /** Whether Istio writes IPv6 rules. */
  readonly ipv6: boolean
}

/** The values of the program called without arguments (istio-iptables --help, 1.31). */
export const BARE_SETTINGS: CaptureSettings = {
  proxyPort: '15001',
  inboundPort: '15006',
  tunnelPort: '15008',
  uids: ['1337'],
  gids: ['1337'],
  mode: 'REDIRECT',
  tproxyMark: 1337,
  inboundInclude: '',
  inboundExclude: [],
  rangesInclude: '',
  rangesExclude: [],
  outboundInclude: [],
  outboundExclude: [],
  virtualInterfaces: [],
  excludedInterfaces: [],
  dns: false,
  dnsAll: false,
  resolvers: [],
  dropInvalid: false,
  groupsInclude: '*',
  groupsExclude: [],
  loopback4: '127.0.0.1/32',
  native: false,
  ipv6: false,
}

/** The values the injection template writes for a plain pod. */
export const INJECTED_SETTINGS: CaptureSettings = {
  ...BARE_SETTINGS,
  inboundInclude: '*',
  inboundExclude: ['15090', '15021', '15020'],
  rangesInclude: '*',
}
