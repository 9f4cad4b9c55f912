import {block, type ChainRows, chain, type RuleRow, rule} from './row.js'

const TCP = 'protocol=tcp'
const UDP_DNS = 'protocol=udp destination-port=53'
const TCP_DNS = 'protocol=tcp destination-port=53'
const CT_FULL = '0xffffffff 0xffffffff'

const ZONES: readonly RuleRow[] = [
  block(
    'dns-zone-proxy',
    [
      rule('dns-zone-query', `${UDP_DNS} uid={x} -> ct-zone 1`),
      rule('dns-zone-reply', 'protocol=udp source-port=15053 uid={x} -> ct-zone 2'),
    ],
    {each: 'uids'},
  ),
  block(
    'dns-zone-proxy',
    [
      rule('dns-zone-query', `${UDP_DNS} gid={x} -> ct-zone 1`),
      rule('dns-zone-reply', 'protocol=udp source-port=15053 gid={x} -> ct-zone 2'),
    ],
    {each: 'gids'},
  ),
  rule('dns-zone-client', `${UDP_DNS} -> ct-zone 2`, {if: f => f.dnsAll}),
  rule('dns-zone-client', `destination={x} ${UDP_DNS} -> ct-zone 2`, {each: 'servers', if: f => !f.dnsAll}),
]

/** Who may ask the resolver directly: in OUTPUT up to 1.22, at the end of ISTIO_OUTPUT in 1.23 and 1.24. */
function dnsUdp(since: number, until: number): readonly RuleRow[] {
  const span = {since, until}
  return [
    rule('dns-proxy', `${UDP_DNS} uid={x} -> return`, {since: Math.max(since, 7), until, each: 'uids', if: f => f.dns}),
    rule('dns-proxy', `${UDP_DNS} gid={x} -> return`, {...span, each: 'gids', if: f => f.dns}),
    rule('owner-include-dns', `${UDP_DNS} {groupsNone} -> return`, {
      since: Math.max(since, 14),
      until,
      if: f => f.dns && f.groupsInclude,
    }),
    rule('owner-exclude-dns', `${UDP_DNS} gid={x} -> return`, {
      since: Math.max(since, 14),
      until,
      each: 'groupsExclude',
      if: f => f.dns,
    }),
  ]
}

const SELF = '!destination={loop} out-interface=lo'

const UID: readonly RuleRow[] = [
  rule('self-call', `${SELF} ${TCP} !destination-port=53,{tunnel} uid={x} -> jump ISTIO_IN_REDIRECT`, {
    since: 18,
    if: f => f.dns,
  }),
  rule('self-call', `${SELF} ${TCP} !destination-port={tunnel} uid={x} -> jump ISTIO_IN_REDIRECT`, {
    since: 18,
    if: f => !f.dns,
  }),
  rule('self-call', `${SELF} ${TCP} !destination-port=53 uid={x} -> jump ISTIO_IN_REDIRECT`, {
    since: 9,
    until: 17,
    if: f => f.dns,
  }),
  rule('self-call', `${SELF} uid={x} -> jump ISTIO_IN_REDIRECT`, {until: 17, if: f => !f.dns || f.minor < 9}),
  rule('app-to-self', `out-interface=lo ${TCP} !destination-port=53 !uid={x} -> return`, {
    since: 9,
    if: f => f.dns && !f.loopInRange,
  }),
  rule('app-to-self', 'out-interface=lo !uid={x} -> return', {if: f => (!f.dns || f.minor < 9) && !f.loopInRange}),
  rule('proxy-bypass', 'uid={x} -> return'),
]

const GID: readonly RuleRow[] = [
  rule('self-call', `${SELF} ${TCP} !destination-port={tunnel} gid={x} -> jump ISTIO_IN_REDIRECT`, {since: 18}),
  rule('self-call', `${SELF} gid={x} -> jump ISTIO_IN_REDIRECT`, {until: 17}),
  rule('app-to-self', `out-interface=lo ${TCP} !destination-port=53 !gid={x} -> return`, {
    since: 9,
    if: f => f.dns && !f.loopInRange,
  }),
  rule('app-to-self', 'out-interface=lo !gid={x} -> return', {if: f => (!f.dns || f.minor < 9) && !f.loopInRange}),
  rule('proxy-bypass', 'gid={x} -> return'),
]

const TPROXY_PORT: readonly RuleRow[] = [
  rule('tproxy-established', `${TCP} destination-port={x} ct-state=RELATED,ESTABLISHED -> jump ISTIO_DIVERT`, {
    since: 6,
  }),
  rule('tproxy-socket', `${TCP} destination-port={x} socket=any -> jump ISTIO_DIVERT`, {until: 5}),
  rule('tproxy-socket', `${TCP} destination-port={x} socket=any -> jump ISTIO_DIVERT`, {until: 5}),
  rule('tproxy-new', `${TCP} destination-port={x} -> jump ISTIO_TPROXY`),
]

/**
 * The rules istio-init and istio-cni make for a sidecar, Istio 1.5 to 1.31, in their final order. One row per rule and range of releases
 * (minor versions of 1.x; patch releases that came earlier: 1.5.2, 1.10.3, 1.12.2).
 */
export const SIDECAR_RULES: readonly ChainRows[] = [
  chain(
    'raw/PREROUTING',
    rule('dns-zone-jump', '-> jump ISTIO_INBOUND', {since: 25, if: f => f.dns && (f.dnsAll || f.servers.length > 0)}),
    rule('dns-zone-answers', 'source={x} protocol=udp source-port=53 -> ct-zone 1', {
      since: 20,
      until: 24,
      each: 'servers',
      if: f => f.dns && !f.dnsAll,
    }),
    rule('dns-zone-answers', 'destination={x} protocol=udp source-port=53 -> ct-zone 1', {
      since: 11,
      until: 19,
      each: 'servers',
      if: f => f.dns && !f.dnsAll,
    }),
    rule('dns-zone-answers', 'protocol=udp source-port=53 -> ct-zone 1', {
      since: 11,
      until: 24,
      if: f => f.dnsAll && f.dns,
    }),
  ),
  chain(
    'raw/ISTIO_INBOUND',
    rule('dns-zone-answers', 'protocol=udp source-port=53 -> ct-zone 1', {since: 25, if: f => f.dns && f.dnsAll}),
    rule('dns-zone-answers', 'source={x} protocol=udp source-port=53 -> ct-zone 1', {
      since: 25,
      each: 'servers',
      if: f => f.dns && !f.dnsAll,
    }),
  ),
  chain(
    'raw/OUTPUT',
    rule('dns-zone-jump', '-> jump ISTIO_OUTPUT_DNS', {since: 25, if: f => f.dns}),
    rule('dns-zone-jump', 'protocol=udp -> jump ISTIO_OUTPUT', {since: 23, until: 24, if: f => f.dns}),
    block('dns-zone', ZONES, {since: 11, until: 22, if: f => f.dns}),
  ),
  chain('raw/ISTIO_OUTPUT', block('dns-zone', ZONES, {since: 23, until: 24, if: f => f.dns})),
  chain('raw/ISTIO_OUTPUT_DNS', block('dns-zone', ZONES, {since: 25, if: f => f.dns})),
  chain(
    'mangle/PREROUTING',
    rule('interface-return', 'in-interface={x} -> return', {since: 12, each: 'excludeIf', if: f => f.tproxy}),
    rule('drop-invalid', 'ct-state=INVALID -> jump ISTIO_DROP', {since: 24, if: f => f.dropInvalid}),
    rule('drop-invalid', 'ct-state=INVALID -> drop', {since: 13, until: 23, if: f => f.dropInvalid}),
    rule('inbound-jump', `${TCP} -> jump ISTIO_INBOUND`, {if: f => f.tproxy && f.inAny}),
    rule('tproxy-save', `${TCP} mark={mark} -> save-mark ${CT_FULL}`, {since: 9, if: f => f.tproxy}),
  ),
  chain('mangle/ISTIO_DROP', rule('drop-invalid', '-> drop', {since: 24, if: f => f.dropInvalid})),
  chain(
    'mangle/ISTIO_DIVERT',
    rule('tproxy-divert', '-> set-mark {mark}', {if: f => f.tproxy && f.inAny}),
    rule('tproxy-divert', '-> accept', {if: f => f.tproxy && f.inAny}),
  ),
  chain(
    'mangle/ISTIO_TPROXY',
    rule('tproxy-to-envoy', `!destination={loop} ${TCP} -> tproxy port={inPort} mark={mark}`, {
      since: 9,
      if: f => f.tproxy && f.inAny,
    }),
    rule('tproxy-to-envoy', `!destination={loop} ${TCP} -> tproxy port={port} mark={mark}`, {
      until: 8,
      if: f => f.tproxy && f.inAny,
    }),
  ),
  chain(
    'mangle/ISTIO_INBOUND',
    rule('tproxy-marked', `${TCP} mark={mark} -> return`, {since: 9, if: f => f.tproxy}),
    rule('tproxy-passthrough', `source={bind6} in-interface=lo ${TCP} -> return`, {since: 11, if: f => f.tproxy}),
    rule('tproxy-lo', `in-interface=lo ${TCP} !mark=0x53a/0xffffffff -> return`, {since: 11, if: f => f.tproxy}),
    rule('inbound-ssh', `${TCP} destination-port=22 -> return`, {until: 12, if: f => f.tproxy && f.inAll}),
    rule('inbound-exclude', `${TCP} destination-port={x} -> return`, {each: 'inExclude', if: f => f.tproxy && f.inAll}),
    rule('tproxy-established', `${TCP} ct-state=RELATED,ESTABLISHED -> jump ISTIO_DIVERT`, {
      since: 6,
      if: f => f.tproxy && f.inAll,
    }),
    rule('tproxy-socket', `${TCP} socket=any -> jump ISTIO_DIVERT`, {until: 5, if: f => f.tproxy && f.inAll}),
    rule('tproxy-new', `${TCP} -> jump ISTIO_TPROXY`, {if: f => f.tproxy && f.inAll}),
    block('tproxy-port', TPROXY_PORT, {each: 'inList', if: f => f.tproxy && !f.inAll}),
  ),
  chain(
    'mangle/OUTPUT',
    rule('interface-return', 'out-interface={x} -> return', {since: 12, each: 'excludeIf', if: f => f.tproxy}),
    rule('tproxy-old', `source=127.0.0.1 !destination=127.0.0.1 ${TCP} -> set-mark {mark}`, {
      since: 6,
      until: 8,
      family: 'ip',
      if: f => f.tproxy,
    }),
    rule('tproxy-out-marked', `out-interface=lo ${TCP} mark={mark} -> return`, {since: 11, if: f => f.tproxy}),
    rule('tproxy-self', `${SELF} ${TCP} uid={x} -> set-mark 0x53a/0xffffffff`, {
      since: 11,
      each: 'uids',
      if: f => f.tproxy,
    }),
    rule('tproxy-self', `${SELF} ${TCP} gid={x} -> set-mark 0x53a/0xffffffff`, {
      since: 11,
      each: 'gids',
      if: f => f.tproxy,
    }),
    rule('tproxy-restore', `${TCP} connmark={mark} -> restore-mark ${CT_FULL}`, {since: 9, if: f => f.tproxy}),
  ),
  chain(
    'nat/PREROUTING',
    rule('virt-capture', 'in-interface={x} -> jump ISTIO_REDIRECT', {each: 'virtRev', if: f => f.allOut}),
    rule('virt-capture', 'destination={range} in-interface={if} -> jump ISTIO_REDIRECT', {
      each: 'virtRangesRev',
      if: f => !f.allOut,
    }),
    rule('virt-return', 'in-interface={x} -> return', {each: 'virtRev'}),
    rule('interface-return', 'in-interface={x} -> return', {since: 12, each: 'excludeIf'}),
    rule('inbound-jump', `${TCP} -> jump ISTIO_INBOUND`, {if: f => !f.tproxy && f.inAny}),
  ),
  chain(
    'nat/OUTPUT',
    rule('interface-return', 'out-interface={x} -> return', {since: 12, each: 'excludeIf'}),
    rule('outbound-jump', '-> jump ISTIO_OUTPUT', {since: 25}),
    rule('outbound-jump', `${TCP} -> jump ISTIO_OUTPUT`, {until: 24}),
    rule('outbound-jump-udp', 'protocol=udp -> jump ISTIO_OUTPUT', {since: 23, until: 24, if: f => f.dns}),
    ...dnsUdp(6, 22),
    rule('dns-capture', `${UDP_DNS} -> redirect 15013`, {since: 6, until: 6, family: 'ip', if: f => f.dns}),
    rule('dns-capture', `${UDP_DNS} -> dnat 127.0.0.1:15053`, {since: 7, until: 8, family: 'ip', if: f => f.dns}),
    rule('dns-capture', `${UDP_DNS} -> redirect 15053`, {since: 11, until: 22, if: f => f.dns && f.dnsAll}),
    rule('dns-capture', `destination={x} ${UDP_DNS} -> redirect 15053`, {
      since: 9,
      until: 22,
      each: 'servers',
      if: f => f.dns && !f.dnsAll,
    }),
  ),
  chain(
    'nat/POSTROUTING',
    rule('dns-snat', 'protocol=udp destination-port=15053 -> snat 127.0.0.1', {
      since: 7,
      until: 8,
      family: 'ip',
      if: f => f.dns,
    }),
  ),
  chain(
    'nat/ISTIO_INBOUND',
    rule('inbound-tunnel', `${TCP} destination-port={tunnel} -> return`, {since: 7}),
    rule('inbound-ssh', `${TCP} destination-port=22 -> return`, {until: 12, if: f => !f.tproxy && f.inAll}),
    rule('inbound-exclude', `${TCP} destination-port={x} -> return`, {
      each: 'inExclude',
      if: f => !f.tproxy && f.inAll,
    }),
    rule('inbound-all', `${TCP} -> jump ISTIO_IN_REDIRECT`, {if: f => !f.tproxy && f.inAll}),
    rule('inbound-port', `${TCP} destination-port={x} -> jump ISTIO_IN_REDIRECT`, {
      each: 'inList',
      if: f => !f.tproxy && !f.inAll,
    }),
  ),
  chain('nat/ISTIO_IN_REDIRECT', rule('to-envoy-inbound', `${TCP} -> redirect {inPort}`)),
  chain(
    'nat/ISTIO_REDIRECT',
    rule('dns-capture', `${TCP_DNS} -> redirect 15053`, {since: 8, until: 8, family: 'ip', if: f => f.dns}),
    rule('to-envoy-outbound', `${TCP} -> redirect {port}`),
  ),
  chain(
    'nat/ISTIO_OUTPUT',
    block(
      'outport-exclude',
      [
        rule('outport-exclude', `${TCP} destination-port={x} -> return`),
        rule('outport-exclude', 'protocol=udp destination-port={x} -> return', {since: 25}),
      ],
      {each: 'outExclude'},
    ),
    rule('passthrough-source', 'source={bind6} out-interface=lo -> return'),
    block('proxy-uid', UID, {each: 'uids'}),
    block('proxy-gid', GID, {each: 'gids'}),
    rule('owner-include', '{groupsNone} -> return', {since: 14, if: f => f.groupsInclude}),
    rule('owner-exclude', 'gid={x} -> return', {since: 14, each: 'groupsExclude'}),
    rule('dns-jump', '-> jump ISTIO_OUTPUT_DNS', {since: 25, if: f => f.dns && (f.dnsAll || f.servers.length > 0)}),
    rule('dns-capture', `${TCP_DNS} -> redirect 15053`, {since: 11, until: 24, if: f => f.dns && f.dnsAll}),
    rule('dns-capture', `destination={x} ${TCP_DNS} -> redirect 15053`, {
      since: 9,
      until: 24,
      each: 'servers',
      if: f => f.dns && !f.dnsAll,
    }),
    rule('localhost', 'destination={loop} -> return'),
    rule('cidr-exclude', 'destination={x} -> return', {each: 'cidrExclude'}),
    rule('outport-include', `${TCP} destination-port={x} -> jump ISTIO_REDIRECT`, {since: 7, each: 'outInclude'}),
    rule('outbound-all', '-> jump ISTIO_REDIRECT', {if: f => f.allOut}),
    rule('outbound-range', 'destination={x} -> jump ISTIO_REDIRECT', {each: 'cidrs'}),
    rule('outbound-rest', '-> return', {until: 22, if: f => !f.allOut && f.cidrs.length > 0}),
    ...dnsUdp(23, 24),
    rule('dns-capture', `${UDP_DNS} -> redirect 15053`, {since: 23, until: 24, if: f => f.dns && f.dnsAll}),
    rule('dns-capture', `destination={x} ${UDP_DNS} -> redirect 15053`, {
      since: 23,
      until: 24,
      each: 'servers',
      if: f => f.dns && !f.dnsAll,
    }),
  ),
  chain(
    'nat/ISTIO_OUTPUT_DNS',
    rule('dns-capture', `${TCP_DNS} -> redirect 15053`, {since: 25, if: f => f.dns && f.dnsAll}),
    rule('dns-capture', `destination={x} ${TCP_DNS} -> redirect 15053`, {
      since: 25,
      each: 'servers',
      if: f => f.dns && !f.dnsAll,
    }),
    rule('dns-capture', `${UDP_DNS} -> redirect 15053`, {since: 25, if: f => f.dns && f.dnsAll}),
    rule('dns-capture', `destination={x} ${UDP_DNS} -> redirect 15053`, {
      since: 25,
      each: 'servers',
      if: f => f.dns && !f.dnsAll,
    }),
  ),
]
