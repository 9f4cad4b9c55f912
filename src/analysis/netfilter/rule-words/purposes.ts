/** What a rule is for in the mesh, by its place and its shape; `{field}` in the sentence is replaced by the rule's values. */
export interface Purpose {
  readonly id: string
  readonly place: RegExp
  readonly shape: RegExp
  readonly sentence: string
}

function row(id: string, place: RegExp, shape: RegExp, sentence: string): Purpose {
  return {id, place, shape, sentence}
}

/**
 * The rules Istio generates, 0.7 to 1.31, sidecar and ambient. `place` is table/chain by iptables name; `shape` is the sorted list of the fields
 * looked at (`!` when negated, uid and gid both `owner`), then `->` and the action. The first row that fits wins.
 */
// biome-ignore format: a table reads best with one row per line
export const PURPOSES: readonly Purpose[] = [
  row('inbound-jump', /^(nat|mangle)\/PREROUTING$/, /^(protocol )?-> jump ISTIO_INBOUND$/, 'Inbound TCP goes through chain ISTIO_INBOUND; UDP does not.'),
  row('inbound-jump-old', /^nat\/PREROUTING$/, /^-> jump ISTIO_REDIRECT$/, 'Inbound traffic goes through chain ISTIO_REDIRECT, which takes TCP (one chain for both directions, before 1.0).'),
  row('virt-capture', /^nat\/PREROUTING$/, /^(destination )?in-interface -> jump ISTIO_REDIRECT$/, 'Traffic of the VM behind {in-interface} is treated as outbound traffic of this pod.'),
  row('interface-return', /^(nat|mangle)\/PREROUTING$/, /^in-interface -> return$/, 'Traffic arriving on {in-interface} is excluded from capture.'),
  row('interface-return', /^(nat|mangle)\/OUTPUT$/, /^out-interface -> return$/, 'Traffic leaving through {out-interface} is excluded from capture.'),
  row('dns-zone-jump', /^raw\/(PREROUTING|OUTPUT)$/, /-> jump (ISTIO_INBOUND|ISTIO_OUTPUT_DNS|ISTIO_OUTPUT)$/, 'DNS packets get their connection tracking zones first.'),
  row('dns-zone', /^raw\//, /-> ct-zone \d+$/, "Keeps DNS queries of the app and of the agent in separate connection tracking zones."),
  row('outbound-jump', /^nat\/OUTPUT$/, /^protocol -> jump ISTIO_OUTPUT$/, 'Outbound {protocol} of the pod goes through chain ISTIO_OUTPUT; other protocols do not.'),
  row('outbound-jump', /^nat\/OUTPUT$/, /^-> jump ISTIO_OUTPUT$/, 'All outbound traffic of the pod goes through chain ISTIO_OUTPUT.'),
  row('docker-dns', /^nat\//, /-> jump DOCKER_(OUTPUT|POSTROUTING)$/, "Docker's embedded DNS on 127.0.0.11."),
  row('dns-proxy', /^nat\/(OUTPUT|ISTIO_OUTPUT)$/, /^destination-port owner protocol -> return$/, "DNS queries of the agent itself are not captured, otherwise it would query itself."),
  row('owner-include-dns', /^nat\/(OUTPUT|ISTIO_OUTPUT)$/, /^!owner( !owner)* destination-port protocol -> return$/, 'DNS queries of processes outside group {gid} are not captured.'),
  row('dns-capture', /^nat\//, /^(destination )?destination-port protocol -> (redirect|dnat) (127\.0\.0\.1:)?(15053|15013)$/, 'DNS queries{to destination} are answered by the agent.'),
  row('dns-snat', /^nat\/POSTROUTING$/, /-> snat 127\.0\.0\.1$/, 'Rewrites the source of DNS queries so that the answers of the agent come back (1.7 and 1.8).'),
  row('drop-invalid', /^mangle\//, /^ct-state -> (jump ISTIO_DROP|drop)$/, 'Packets of no known connection are dropped instead of answered with a reset.'),
  row('drop-invalid', /^mangle\/ISTIO_DROP$/, /^-> drop$/, 'Drops packets of no known connection.'),
  row('inbound-tunnel', /^nat\/ISTIO_INBOUND$/, /^destination-port=15008 protocol -> return$/, "Port 15008 is HBONE: not redirected."),
  row('inbound-agent', /\/ISTIO_INBOUND$/, /^destination-port=150(20|21|90) protocol -> return$/, "Port {destination-port} belongs to the sidecar (metrics, health): not redirected."),
  row('inbound-ssh', /\/ISTIO_INBOUND$/, /^destination-port=22 protocol -> return$/, 'SSH is not redirected (always before 1.13, later if excluded).'),
  row('inbound-exclude', /\/ISTIO_INBOUND$/, /^destination-port protocol -> return$/, 'Port {destination-port} is excluded: it goes directly to the app, without mTLS, policy and telemetry.'),
  row('inbound-all', /^nat\/ISTIO_INBOUND$/, /^protocol -> jump (ISTIO_IN_REDIRECT|ISTIO_REDIRECT)$/, 'All other inbound TCP goes to the sidecar.'),
  row('inbound-port', /^nat\/ISTIO_INBOUND$/, /^destination-port protocol -> jump (ISTIO_IN_REDIRECT|ISTIO_REDIRECT)$/, 'Inbound TCP to port {destination-port} goes to the sidecar.'),
  row('to-envoy-inbound', /^nat\/ISTIO_IN_REDIRECT$/, /-> redirect \d+$/, 'Redirects to the sidecar (port {port}), which still sees the original destination.'),
  row('to-envoy-outbound', /^nat\/ISTIO_REDIRECT$/, /-> redirect \d+$/, 'Redirects to the sidecar (port {port}), which still sees the original destination.'),
  row('outport-exclude', /^nat\/ISTIO_OUTPUT$/, /^destination-port protocol -> return$/, '{protocol} to port {destination-port} bypasses the sidecar for every destination.'),
  row('passthrough-source', /^nat\/ISTIO_OUTPUT$/, /^out-interface source -> return$/, '{source} is the sidecar forwarding inbound traffic to the app; capturing it would loop.'),
  row('self-call', /^nat\/ISTIO_OUTPUT$/, /^!destination (!destination-port )?out-interface owner (protocol )?-> jump (ISTIO_IN_REDIRECT|ISTIO_REDIRECT)$/, 'Connections from the sidecar to its own pod are treated as inbound, so mTLS and policy apply.'),
  row('self-call-any', /^nat\/ISTIO_OUTPUT$/, /^!destination out-interface -> jump (ISTIO_IN_REDIRECT|ISTIO_REDIRECT)$/, "Every call to this pod's own address goes through the sidecar (before 1.5)."),
  row('app-to-self', /^nat\/ISTIO_OUTPUT$/, /^(!destination-port )?!owner out-interface (protocol )?-> return$/, "Non-proxy traffic to the pod's own address is not captured."),
  row('owner-include', /^nat\/ISTIO_OUTPUT$/, /^!owner( !owner)* -> return$/, 'Only processes of group {gid} are captured.'),
  row('proxy-bypass', /^nat\/ISTIO_OUTPUT$/, /^owner -> return$/, 'Traffic from {uid}{gid} (the sidecar) is not captured; apps must not use this id.'),
  row('dns-jump', /^nat\/ISTIO_OUTPUT$/, /^-> jump ISTIO_OUTPUT_DNS$/, 'DNS queries go through chain ISTIO_OUTPUT_DNS.'),
  row('localhost', /^nat\/ISTIO_OUTPUT$/, /^destination=(127\.|::1)\S* -> return$/, 'Connections to localhost are not captured.'),
  row('cidr-exclude', /^nat\/ISTIO_OUTPUT$/, /^destination -> return$/, 'Traffic to {destination} bypasses the sidecar.'),
  row('outport-include', /^nat\/ISTIO_OUTPUT$/, /^destination-port protocol -> jump ISTIO_REDIRECT$/, 'Outbound TCP to port {destination-port} always goes through the sidecar.'),
  row('outbound-range', /^nat\/ISTIO_OUTPUT$/, /^destination -> jump ISTIO_REDIRECT$/, 'Outbound TCP to {destination} goes through the sidecar.'),
  row('outbound-all', /^nat\/ISTIO_OUTPUT$/, /^-> jump ISTIO_REDIRECT$/, 'All other outbound TCP goes through the sidecar.'),
  row('outbound-rest', /^nat\/ISTIO_OUTPUT$/, /^-> return$/, 'Everything else is not redirected (RETURN).'),
  row('tproxy-marked', /^mangle\/ISTIO_INBOUND$/, /^mark protocol -> return$/, 'Traffic from the sidecar to the app is not captured again (it has the mark).'),
  row('tproxy-passthrough', /^mangle\/ISTIO_INBOUND$/, /^in-interface protocol source -> return$/, '{source} is the sidecar forwarding traffic to the app: not captured again.'),
  row('tproxy-lo', /^mangle\/ISTIO_INBOUND$/, /^!mark in-interface protocol -> return$/, "Loopback traffic is not captured, except calls of the sidecar to its own pod."),
  row('tproxy-established', /^mangle\/ISTIO_INBOUND$/, /(ct-state|socket).{0,500}-> jump ISTIO_DIVERT$/, 'Packets of connections that the sidecar already has stay with it.'),
  row('tproxy-new', /^mangle\/ISTIO_INBOUND$/, /-> jump ISTIO_TPROXY$/, 'New connections go to the sidecar.'),
  row('tproxy-divert', /^mangle\/ISTIO_DIVERT$/, /-> (set-mark .*|accept)$/, 'Marks the packet so that the policy route delivers it locally, whatever its destination.'),
  row('tproxy-to-envoy', /^mangle\/ISTIO_TPROXY$/, /-> tproxy/, 'Delivers the connection to the sidecar, addresses unchanged.'),
  row('tproxy-save', /^mangle\/PREROUTING$/, /^mark protocol -> save-mark/, "Saves the mark on the connection."),
  row('tproxy-out-marked', /^mangle\/OUTPUT$/, /^mark out-interface protocol -> return$/, "Traffic from the sidecar to the app with the client's address is not captured."),
  row('tproxy-self', /^mangle\/OUTPUT$/, /^!destination out-interface owner protocol -> set-mark/, 'Marks calls of the sidecar to its own pod so that they are treated as inbound.'),
  row('tproxy-old', /^mangle\/OUTPUT$/, /^!destination protocol source -> set-mark/, 'Marks traffic from 127.0.0.1 to other addresses so that the policy route keeps it in the pod (1.6 to 1.8).'),
  row('tproxy-restore', /^mangle\/OUTPUT$/, /^connmark protocol -> restore-mark/, 'Restores the mark on replies of the app to the sidecar, so that they stay in the pod.'),
  row('ipv6-closed', /^filter\/INPUT$/, /^-> reject icmp6-port-unreachable$/, 'All other inbound IPv6 is rejected, ICMPv6 neighbour discovery too, so outbound IPv6 fails as well: releases before 1.5 closed IPv6 instead of capturing it.'),
  row('established', /^filter\/(INPUT|OUTPUT|FORWARD)$/, /^ct-state -> accept$/, 'Packets of established connections are accepted.'),
  row('localhost', /^filter\/INPUT$/, /^destination=(127\.|::1)\S* in-interface -> accept$/, 'Localhost is accepted.'),
  row('ambient-jump', /^(raw|mangle|nat)\/(PREROUTING|OUTPUT)$/, /^-> jump (ISTIO_PRERT|ISTIO_OUTPUT)$/, 'Ambient mode: in-pod redirection to ztunnel starts here.'),
  row('ambient-save', /^mangle\/ISTIO_PRERT$/, /^mark -> set-connmark/, 'Marks connections that come from ztunnel.'),
  row('ambient-restore', /^mangle\/ISTIO_OUTPUT$/, /^connmark -> restore-mark/, 'Restores the mark on replies to ztunnel, so that they stay in the pod.'),
  row('ambient-probe', /^nat\/(ISTIO_PRERT|ISTIO_OUTPUT)$/, /^(protocol source|destination protocol) -> accept$/, "Kubelet probes ({source}{destination}) are not captured."),
  row('ambient-tproxy-tunnel', /^mangle\/ISTIO_PRERT$/, /^!mark destination-port protocol -> tproxy port=15008/, 'HBONE traffic goes to ztunnel on port 15008, addresses unchanged (1.21 to 1.23).'),
  row('ambient-tproxy', /^mangle\/ISTIO_PRERT$/, /-> tproxy port=15006/, 'Plaintext traffic to this pod goes to ztunnel on port 15006, addresses unchanged (1.21 to 1.23).'),
  row('ambient-pass', /^mangle\/ISTIO_PRERT$/, /^(ct-state protocol|!destination in-interface protocol|protocol source) -> accept$/, 'Established connections, loopback traffic and kubelet probes are accepted.'),
  row('ambient-virt', /^nat\/ISTIO_PRERT$/, /^in-interface protocol -> redirect 15001$/, 'Traffic of the VM behind {in-interface} is treated as outbound traffic of this pod.'),
  row('ambient-virt', /^nat\/ISTIO_PRERT$/, /^in-interface protocol -> return$/, 'Other traffic arriving on {in-interface} is not captured.'),
  row('ambient-inbound', /^nat\/ISTIO_PRERT$/, /-> redirect 15006$/, 'Plaintext traffic to this pod goes to ztunnel (port 15006); HBONE (15008) is exempt.'),
  row('ambient-dns', /^nat\/ISTIO_OUTPUT$/, /destination-port=53 .*-> redirect 15053$|destination-port .*-> redirect 15053$/, 'DNS queries are answered by ztunnel.'),
  row('ambient-answer', /^nat\/ISTIO_OUTPUT$/, /^mark protocol -> accept$/, 'Replies to ztunnel are not captured.'),
  row('ambient-self', /^nat\/ISTIO_OUTPUT$/, /^!destination out-interface -> accept$/, "Calls to this pod's own address are not captured."),
  row('ambient-outbound', /^nat\/ISTIO_OUTPUT$/, /^!destination !mark protocol -> redirect 15001$/, 'All other outbound TCP goes to ztunnel (port 15001).'),
]
