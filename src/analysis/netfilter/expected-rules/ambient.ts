import type {IpFamily, Ruleset} from '../../../model/kernel/ruleset.js'
import {asRuleset, expectedChains} from './expected.js'
import {ambientNative} from './native.js'
import {type ChainRows, chain, type ExpectedRule, rule} from './row.js'

/** What decides which rules istio-cni makes inside an ambient pod. */
export interface AmbientSettings {
  readonly dns: boolean
  readonly bypassInbound: boolean
  readonly virtualInterfaces: readonly string[]
  readonly ipv6: boolean
  readonly native: boolean
}

const ZTUNNEL = 'mark=0x539/0xfff'
const NOT_ZTUNNEL = '!mark=0x539/0xfff'
const PROBE: Readonly<Record<IpFamily, string>> = {ip: '169.254.7.127', ip6: 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff'}
const LOOP: Readonly<Record<IpFamily, string>> = {ip: '127.0.0.1', ip6: '::1'}

function optional(on: boolean, ...rows: ReturnType<typeof rule>[]): readonly ReturnType<typeof rule>[] {
  return on ? rows : []
}

/** The in-pod rules of ambient mode, 1.25 on (REDIRECT to ztunnel), in order. */
function rowsFor({dns, bypassInbound, virtualInterfaces}: AmbientSettings, family: IpFamily): readonly ChainRows[] {
  const outside = `!destination=${LOOP[family]}`
  const jumps = (table: string) => [
    chain(`${table}/PREROUTING`, rule('ambient-jump', '-> jump ISTIO_PRERT')),
    chain(`${table}/OUTPUT`, rule('ambient-jump', '-> jump ISTIO_OUTPUT')),
  ]
  return [
    ...jumps('mangle'),
    chain('mangle/ISTIO_PRERT', rule('ambient-save', `${ZTUNNEL} -> set-connmark 0x111/0xfff`)),
    chain('mangle/ISTIO_OUTPUT', rule('ambient-restore', 'connmark=0x111/0xfff -> restore-mark 0xffffffff 0xffffffff')),
    ...(dns ? jumps('raw') : []),
    chain(
      'raw/ISTIO_PRERT',
      ...optional(dns, rule('dns-zone', `protocol=udp source-port=53 ${NOT_ZTUNNEL} -> ct-zone 1`)),
    ),
    chain(
      'raw/ISTIO_OUTPUT',
      ...optional(dns, rule('dns-zone', `protocol=udp destination-port=53 ${ZTUNNEL} -> ct-zone 1`)),
    ),
    ...jumps('nat'),
    chain(
      'nat/ISTIO_PRERT',
      ...virtualInterfaces.flatMap(name => [
        rule('ambient-virt', `in-interface=${name} protocol=tcp -> redirect 15001`),
        rule('ambient-virt', `in-interface=${name} protocol=tcp -> return`),
      ]),
      ...optional(
        !bypassInbound,
        rule('ambient-probe', `source=${PROBE[family]} protocol=tcp -> accept`),
        rule('ambient-inbound', `${outside} protocol=tcp !destination-port=15008 ${NOT_ZTUNNEL} -> redirect 15006`),
      ),
    ),
    chain(
      'nat/ISTIO_OUTPUT',
      rule('ambient-probe', `destination=${PROBE[family]} protocol=tcp -> accept`),
      ...optional(
        dns,
        rule('ambient-dns', `!out-interface=lo protocol=udp destination-port=53 ${NOT_ZTUNNEL} -> redirect 15053`),
        rule('ambient-dns', `${outside} protocol=tcp destination-port=53 ${NOT_ZTUNNEL} -> redirect 15053`),
      ),
      rule('ambient-answer', 'protocol=tcp mark=0x111/0xfff -> accept'),
      rule('ambient-self', `${outside} out-interface=lo -> accept`),
      rule('ambient-outbound', `${outside} protocol=tcp ${NOT_ZTUNNEL} -> redirect 15001`),
    ),
  ]
}

function plain(row: ChainRows['rows'][number]): readonly ExpectedRule[] {
  return [{id: row.id, key: row.rule ?? ''}]
}

/** The rulesets istio-cni makes inside an ambient pod (1.25 to 1.31): iptables for each family, or one native nftables ruleset (1.28 on). */
export function ambientRulesets(settings: AmbientSettings): readonly Ruleset[] {
  const families: readonly IpFamily[] = settings.ipv6 ? ['ip', 'ip6'] : ['ip']
  const chains = families.map(family => expectedChains(rowsFor(settings, family), plain))
  if (!settings.native) return families.map((family, index) => asRuleset(chains[index] ?? [], family))
  const [v4 = [], v6 = []] = chains
  return [ambientNative(v4, v6)]
}
