import {formatIpRange, type IpRange, isLoopback, parseIpRange} from '../../../model/kernel/ip-address.js'
import type {IpFamily} from '../../../model/kernel/ruleset.js'
import {commaList} from '../../../model/text/comma-list.js'
import type {CaptureSettings} from './settings.js'

/** An interface and the range it captures, for pods with a virtual machine behind them. */
export interface VirtualRange {
  readonly name: string
  readonly range: string
}

/** Settings as one release sees them for one family: what the rows of the table ask about. */
export interface ExpectedSettings {
  readonly minor: number
  readonly family: IpFamily
  readonly port: string
  readonly inPort: string
  readonly tunnel: string
  readonly uids: readonly string[]
  readonly gids: readonly string[]
  readonly tproxy: boolean
  readonly inAll: boolean
  readonly inAny: boolean
  readonly inList: readonly string[]
  readonly inExclude: readonly string[]
  readonly allOut: boolean
  readonly cidrs: readonly string[]
  readonly cidrExclude: readonly string[]
  readonly outInclude: readonly string[]
  readonly outExclude: readonly string[]
  readonly virtRev: readonly string[]
  readonly virtRangesRev: readonly VirtualRange[]
  readonly excludeIf: readonly string[]
  readonly loop: string
  readonly loopInRange: boolean
  readonly bind6: string
  readonly dns: boolean
  readonly dnsAll: boolean
  readonly servers: readonly string[]
  readonly groupsInclude: boolean
  readonly groupsNone: string
  readonly groupsExclude: readonly string[]
  readonly dropInvalid: boolean
  readonly mark: string
}

function rangesOf(text: string, family: IpFamily): readonly string[] {
  return commaList(text)
    .map(parseIpRange)
    .filter((range): range is IpRange => range?.family === family)
    .map(formatIpRange)
}

function startsAtLoopback(text: string): boolean {
  return commaList(text).some(part => {
    const range = parseIpRange(part)
    return range !== undefined && isLoopback(range)
  })
}

function loopback(settings: CaptureSettings, minor: number, family: IpFamily): string {
  if (family === 'ip6') return '::1'
  const range = minor >= 21 ? parseIpRange(settings.loopback4) : undefined
  return range === undefined ? '127.0.0.1' : formatIpRange(range)
}

/** Releases in which a setting changed its meaning, beside those in which a rule did. */
export const FACT_CHANGES = [0, 3, 6, 7, 11, 12, 21] as const

/** Where inbound traffic is sent: one port for both directions before 1.3, and for listed ports before 1.6. */
function inboundPort(settings: CaptureSettings, minor: number, all: boolean): string {
  return minor < 3 || (minor < 6 && !all) ? settings.proxyPort : settings.inboundPort
}

/**
 * Works out what a release makes of the settings (Istio's release notes and the programs of each tag): IPv6 was plain REDIRECT before 1.12,
 * DNS capture needs a known resolver since 1.11 unless all are captured, 1.5 sent listed inbound ports to the outbound port, and 0.7
 * took an empty list of ranges for all.
 */
export function factsFor(settings: CaptureSettings, minor: number, family: IpFamily): ExpectedSettings {
  const oldIpv6 = family === 'ip6' && minor < 12
  const dnsAll = settings.dns && settings.dnsAll && minor >= 11
  const usable = minor < 11 || dnsAll || settings.resolvers.some(server => parseIpRange(server) !== undefined)
  const inAll = settings.inboundInclude === '*'
  const cidrs = settings.rangesInclude === '*' ? [] : rangesOf(settings.rangesInclude, family)
  const groups = settings.groupsInclude === '*' ? [] : commaList(settings.groupsInclude)
  return {
    minor,
    family,
    port: settings.proxyPort,
    inPort: inboundPort(settings, minor, inAll),
    tunnel: settings.tunnelPort,
    uids: settings.uids,
    gids: settings.gids,
    tproxy: settings.mode === 'TPROXY' && !oldIpv6,
    inAll,
    inAny: settings.inboundInclude !== '',
    inList: inAll ? [] : commaList(settings.inboundInclude),
    inExclude: settings.inboundExclude,
    allOut: settings.rangesInclude === '*' || (minor < 0 && settings.rangesInclude === ''),
    cidrs,
    cidrExclude: settings.rangesExclude.flatMap(range => rangesOf(range, family)),
    outInclude: settings.outboundInclude,
    outExclude: settings.outboundExclude,
    virtRev: [...settings.virtualInterfaces].reverse(),
    virtRangesRev: cidrs.flatMap(range => settings.virtualInterfaces.map(name => ({name, range}))).reverse(),
    excludeIf: settings.excludedInterfaces,
    loop: loopback(settings, minor, family),
    loopInRange: minor >= 7 && settings.rangesInclude !== '*' && startsAtLoopback(settings.rangesInclude),
    bind6: family === 'ip' ? '127.0.0.6' : '::6',
    dns: settings.dns && usable && !oldIpv6,
    dnsAll,
    servers: settings.resolvers.flatMap(server => rangesOf(server, family)),
    groupsInclude: settings.groupsInclude !== '*',
    groupsNone: groups.map(group => `!gid=${group}`).join(' '),
    groupsExclude: settings.groupsInclude === '*' ? settings.groupsExclude : [],
    dropInvalid: settings.dropInvalid,
    mark: `0x${settings.tproxyMark.toString(16)}/0xffffffff`,
  }
}
