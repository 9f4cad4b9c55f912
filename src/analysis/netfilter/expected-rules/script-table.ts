import {type ChainRows, chain, type RuleRow, rule} from './row.js'

const TCP = 'protocol=tcp'
const SELF = '!destination={loop} out-interface=lo'

const TPROXY_PORT: readonly RuleRow[] = [
  rule('tproxy-socket', `${TCP} destination-port={x} socket=any -> jump ISTIO_DIVERT`),
  // The script of 1.1 and later has this line twice.
  rule('tproxy-socket', `${TCP} destination-port={x} socket=any -> jump ISTIO_DIVERT`, {since: 1}),
  rule('tproxy-new', `${TCP} destination-port={x} -> jump ISTIO_TPROXY`),
]

/**
 * The rules of proxy_init, the shell script that made them before 1.5, in their final order (prepare_proxy.sh of 0.7, istio-iptables.sh of 0.8 to
 * 1.4, by their tags). Releases are minor versions of 1.x; 0.8 is like 1.0, and -1 stands for 0.7, which had one chain for both directions.
 * What it did to IPv6 it could not capture (filter INPUT with REJECT) is left out: the script went on without it.
 */
export const SCRIPT_RULES: readonly ChainRows[] = [
  chain('mangle/PREROUTING', rule('inbound-jump', `${TCP} -> jump ISTIO_INBOUND`, {if: f => f.tproxy && f.inAny})),
  chain(
    'mangle/ISTIO_DIVERT',
    rule('tproxy-divert', '-> set-mark {mark}', {if: f => f.tproxy && f.inAny}),
    rule('tproxy-divert', '-> accept', {if: f => f.tproxy && f.inAny}),
  ),
  chain(
    'mangle/ISTIO_TPROXY',
    rule('tproxy-to-envoy', `!destination={loop} ${TCP} -> tproxy port={port} mark={mark}`, {
      if: f => f.tproxy && f.inAny,
    }),
  ),
  chain(
    'mangle/ISTIO_INBOUND',
    rule('inbound-ssh', `${TCP} destination-port=22 -> return`, {if: f => f.tproxy && f.inAll}),
    rule('inbound-exclude', `${TCP} destination-port={x} -> return`, {each: 'inExclude', if: f => f.tproxy && f.inAll}),
    rule('tproxy-socket', `${TCP} socket=any -> jump ISTIO_DIVERT`, {if: f => f.tproxy && f.inAll}),
    rule('tproxy-new', `${TCP} -> jump ISTIO_TPROXY`, {if: f => f.tproxy && f.inAll}),
    {id: 'tproxy-port', rows: TPROXY_PORT, each: 'inList', if: f => f.tproxy && !f.inAll},
  ),
  chain(
    'nat/PREROUTING',
    rule('virt-capture', 'in-interface={x} -> jump ISTIO_REDIRECT', {since: 1, each: 'virtRev', if: f => f.allOut}),
    rule('virt-capture', 'destination={range} in-interface={if} -> jump ISTIO_REDIRECT', {
      since: 1,
      each: 'virtRangesRev',
      if: f => !f.allOut,
    }),
    rule('virt-return', 'in-interface={x} -> return', {since: 1, each: 'virtRev'}),
    rule('inbound-jump-old', '-> jump ISTIO_REDIRECT', {since: -1, until: -1}),
    rule('inbound-jump', `${TCP} -> jump ISTIO_INBOUND`, {if: f => !f.tproxy && f.inAny}),
  ),
  chain('nat/OUTPUT', rule('outbound-jump', `${TCP} -> jump ISTIO_OUTPUT`, {since: -1})),
  chain(
    'nat/ISTIO_INBOUND',
    rule('inbound-ssh', `${TCP} destination-port=22 -> return`, {if: f => !f.tproxy && f.inAll}),
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
  chain('nat/ISTIO_REDIRECT', rule('to-envoy-outbound', `${TCP} -> redirect {port}`, {since: -1})),
  chain(
    'nat/ISTIO_OUTPUT',
    rule('outport-exclude', `${TCP} destination-port={x} -> return`, {since: 2, each: 'outExclude'}),
    rule('passthrough-source', 'source={bind6} out-interface=lo -> return', {since: 3}),
    rule('self-call-any', `${SELF} -> jump ISTIO_REDIRECT`, {since: -1, until: 2}),
    rule('self-call-any', `${SELF} -> jump ISTIO_IN_REDIRECT`, {since: 3}),
    rule('proxy-bypass', 'uid={x} -> return', {since: -1, each: 'uids'}),
    rule('proxy-bypass', 'gid={x} -> return', {each: 'gids'}),
    rule('localhost', 'destination={loop} -> return', {since: -1}),
    rule('cidr-exclude', 'destination={x} -> return', {each: 'cidrExclude'}),
    rule('outbound-all', '-> jump ISTIO_REDIRECT', {since: -1, if: f => f.allOut}),
    rule('outbound-range', 'destination={x} -> jump ISTIO_REDIRECT', {since: -1, each: 'cidrs'}),
    rule('outbound-rest', '-> return', {since: -1, if: f => !f.allOut && f.cidrs.length > 0}),
  ),
]
