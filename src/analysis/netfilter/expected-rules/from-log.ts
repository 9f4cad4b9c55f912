import {commaList} from '../../../model/text/comma-list.js'
import {parseGoBool} from '../../../model/text/go-boolean.js'
import {BARE_SETTINGS, type CaptureSettings} from './settings.js'

type Values = Readonly<Record<string, string>>

function pick(values: Values, usual: string, ...names: readonly string[]): string {
  const name = names.find(each => Object.hasOwn(values, each))
  return name === undefined ? usual : (values[name] ?? usual)
}

/** `[10.96.0.10],[fd00::10]`, as the log prints name servers of both families. */
function serversIn(text: string): readonly string[] {
  return text
    .replace(/[[\]]/g, '')
    .split(/[,\s]+/)
    .filter(word => word !== '')
}

/** True when the parameters hold the effective values istio-init logs since 1.5. */
export function hasEffectiveSettings(values: Values): boolean {
  return Object.hasOwn(values, 'PROXY_PORT') && Object.hasOwn(values, 'INBOUND_PORTS_INCLUDE')
}

/** The effective settings istio-init printed (blocks `Variables:` and `Istio config:`): the best source, for nothing has to be derived. */
export function settingsFromLog(values: Values): CaptureSettings {
  const list = (...names: readonly string[]) => commaList(pick(values, '', ...names))
  const truth = (...names: readonly string[]) => parseGoBool(pick(values, 'false', ...names))
  const uids = list('PROXY_UID')
  const gids = list('PROXY_GID')
  return {
    ...BARE_SETTINGS,
    proxyPort: pick(values, '15001', 'PROXY_PORT'),
    inboundPort: pick(values, '15006', 'PROXY_INBOUND_CAPTURE_PORT', 'INBOUND_CAPTURE_PORT'),
    tunnelPort: pick(values, '15008', 'PROXY_TUNNEL_PORT', 'INBOUND_TUNNEL_PORT'),
    uids: uids.length === 0 ? BARE_SETTINGS.uids : uids,
    gids: gids.length === 0 ? (uids.length === 0 ? BARE_SETTINGS.gids : uids) : gids,
    mode: pick(values, 'REDIRECT', 'INBOUND_INTERCEPTION_MODE') === 'TPROXY' ? 'TPROXY' : 'REDIRECT',
    tproxyMark: Number(pick(values, '1337', 'INBOUND_TPROXY_MARK')) || 1337,
    inboundInclude: pick(values, '', 'INBOUND_PORTS_INCLUDE'),
    inboundExclude: list('INBOUND_PORTS_EXCLUDE'),
    rangesInclude: pick(values, '', 'OUTBOUND_IP_RANGES_INCLUDE', 'OUTBOUND_IPRANGES_INCLUDE'),
    rangesExclude: list('OUTBOUND_IP_RANGES_EXCLUDE', 'OUTBOUND_IPRANGES_EXCLUDE'),
    outboundInclude: list('OUTBOUND_PORTS_INCLUDE'),
    outboundExclude: list('OUTBOUND_PORTS_EXCLUDE'),
    virtualInterfaces: list('KUBE_VIRT_INTERFACES', 'KUBEVIRT_INTERFACES'),
    excludedInterfaces: list('EXCLUDE_INTERFACES'),
    dns: truth('DNS_CAPTURE', 'REDIRECT_DNS'),
    dnsAll: truth('CAPTURE_ALL_DNS'),
    resolvers: serversIn(`${pick(values, '', 'DNS_SERVERS', 'DNS_SERVERS_V4')},${pick(values, '', 'DNS_SERVERS_V6')}`),
    dropInvalid: truth('DROP_INVALID'),
    groupsInclude: pick(values, '*', 'OUTBOUND_OWNER_GROUPS_INCLUDE'),
    groupsExclude: list('OUTBOUND_OWNER_GROUPS_EXCLUDE'),
    loopback4: pick(values, BARE_SETTINGS.loopback4, 'HOST_IPV4_LOOPBACK_CIDR'),
    native: truth('NATIVE_NFTABLES'),
    ipv6: truth('ENABLE_INBOUND_IPV6', 'ENABLE_IPV6'),
  }
}
