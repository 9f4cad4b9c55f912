/** What a rule is for in the mesh, by where it stands and how it looks; `{field}` in the sentence is replaced by the rule's values. */
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
 * The rules istio makes, 0.7 to 1.31, sidecar and ambient. `place` is table/chain by iptables name; `shape` is the sorted list of the fields
 * looked at (`!` when negated, uid and gid both `owner`), then `->` and the action. The first row that fits wins.
 */
// biome-ignore format: a table reads best with one row per line
export const PURPOSES: readonly Purpose[] = [
  row('inbound-jump', /^(nat|mangle)\/PREROUTING$/, /^(protocol )?-> jump ISTIO_INBOUND$/, 'TCP that reaches this pod is looked at by the inbound list; UDP never is.'),
  row('inbound-jump-old', /^nat\/PREROUTING$/, /^-> jump ISTIO_REDIRECT$/, 'All that reaches this pod goes to the sidecar (one list for both directions, before 1.0).'),
  row('virt-capture', /^nat\/PREROUTING$/, /^(destination )?in-interface -> jump ISTIO_REDIRECT$/, 'Traffic of the guest behind {in-interface} is treated as outbound traffic of this pod.'),
  row('interface-return', /^(nat|mangle)\/PREROUTING$/, /^in-interface -> return$/, 'What arrives on {in-interface} is outside the mesh: left alone.'),
  row('interface-return', /^(nat|mangle)\/OUTPUT$/, /^out-interface -> return$/, 'What leaves through {out-interface} is outside the mesh: left alone.'),
  row('dns-zone-jump', /^raw\/(PREROUTING|OUTPUT)$/, /-> jump (ISTIO_INBOUND|ISTIO_OUTPUT_DNS|ISTIO_OUTPUT)$/, 'Name lookups are sorted into connection-tracking zones first.'),
  row('dns-zone', /^raw\//, /-> ct-zone \d+$/, "Keeps the app's and the agent's name lookups apart in connection tracking."),
  row('outbound-jump', /^nat\/OUTPUT$/, /^(protocol )?-> jump ISTIO_OUTPUT$/, "All that this pod's processes send is looked at by the outbound list."),
  row('docker-dns', /^nat\//, /-> jump DOCKER_(OUTPUT|POSTROUTING)$/, "Docker's own DNS on 127.0.0.11."),
  row('dns-proxy', /^nat\/(OUTPUT|ISTIO_OUTPUT)$/, /^destination-port owner protocol -> return$/, "The agent's own name lookups are left alone, otherwise it would ask itself."),
  row('owner-include-dns', /^nat\/(OUTPUT|ISTIO_OUTPUT)$/, /^!owner( !owner)* destination-port protocol -> return$/, 'Name lookups of processes outside group {gid} are left alone.'),
  row('dns-capture', /^nat\//, /^(destination )?destination-port protocol -> (redirect|dnat) (15053|15013|127\.0\.0\.1:\S+)$/, 'Name lookups{to destination} are answered by the agent.'),
  row('dns-snat', /^nat\/POSTROUTING$/, /-> snat 127\.0\.0\.1$/, 'Lets the answers of the agent find their way back (1.7 and 1.8).'),
  row('drop-invalid', /^mangle\//, /^ct-state -> (jump ISTIO_DROP|drop)$/, 'Packets that belong to no known connection are thrown away instead of answered with a reset.'),
  row('drop-invalid', /^mangle\/ISTIO_DROP$/, /^-> drop$/, 'Throws away what belongs to no known connection.'),
  row('inbound-tunnel', /^nat\/ISTIO_INBOUND$/, /^destination-port=15008 protocol -> return$/, "Port 15008 is the mesh's own tunnel (HBONE): left alone."),
  row('inbound-agent', /\/ISTIO_INBOUND$/, /^destination-port=150(20|21|90) protocol -> return$/, "Port {destination-port} is the sidecar's own (metrics, health): reached directly."),
  row('inbound-ssh', /\/ISTIO_INBOUND$/, /^destination-port=22 protocol -> return$/, 'SSH is left alone (before 1.13 always, later when asked).'),
  row('inbound-exclude', /\/ISTIO_INBOUND$/, /^destination-port protocol -> return$/, 'Port {destination-port} goes straight to whoever listens: no mTLS, no policy, no telemetry.'),
  row('inbound-all', /^nat\/ISTIO_INBOUND$/, /^protocol -> jump (ISTIO_IN_REDIRECT|ISTIO_REDIRECT)$/, 'All other TCP that comes in is handed to the sidecar.'),
  row('inbound-port', /^nat\/ISTIO_INBOUND$/, /^destination-port protocol -> jump (ISTIO_IN_REDIRECT|ISTIO_REDIRECT)$/, 'Port {destination-port} is handed to the sidecar.'),
  row('to-envoy-inbound', /^nat\/ISTIO_IN_REDIRECT$/, /-> redirect \d+$/, 'Rewrites the destination to the sidecar (port {port}), which still sees the one asked for.'),
  row('to-envoy-outbound', /^nat\/ISTIO_REDIRECT$/, /-> redirect \d+$/, 'Rewrites the destination to the sidecar (port {port}), which still sees the one asked for.'),
  row('outport-exclude', /^nat\/ISTIO_OUTPUT$/, /^destination-port protocol -> return$/, 'Port {destination-port} bypasses the sidecar, whatever the destination.'),
  row('passthrough-source', /^nat\/ISTIO_OUTPUT$/, /^out-interface source -> return$/, '{source} is the sidecar handing inbound traffic to the app; capturing it would loop.'),
  row('self-call', /^nat\/ISTIO_OUTPUT$/, /^!destination (!destination-port )?out-interface owner (protocol )?-> jump (ISTIO_IN_REDIRECT|ISTIO_REDIRECT)$/, 'The sidecar calling its own pod counts as inbound, so mTLS and policy apply.'),
  row('self-call-any', /^nat\/ISTIO_OUTPUT$/, /^!destination out-interface -> jump (ISTIO_IN_REDIRECT|ISTIO_REDIRECT)$/, "Any call to this pod's own address goes through the sidecar (releases before 1.5)."),
  row('app-to-self', /^nat\/ISTIO_OUTPUT$/, /^(!destination-port )?!owner out-interface (protocol )?-> return$/, 'Others talking to an address of this pod are left alone.'),
  row('owner-include', /^nat\/ISTIO_OUTPUT$/, /^!owner( !owner)* -> return$/, 'Only processes of group {gid} are captured; all others are left alone.'),
  row('proxy-bypass', /^nat\/ISTIO_OUTPUT$/, /^owner -> return$/, 'What runs as {uid}{gid} (the sidecar) leaves unhindered; apps must not run as it.'),
  row('dns-jump', /^nat\/ISTIO_OUTPUT$/, /^-> jump ISTIO_OUTPUT_DNS$/, 'Name lookups are looked at by the DNS list.'),
  row('localhost', /^nat\/ISTIO_OUTPUT$/, /^destination=(127\.|::1)\S* -> return$/, 'Calls to localhost stay in the pod.'),
  row('cidr-exclude', /^nat\/ISTIO_OUTPUT$/, /^destination -> return$/, 'Calls to {destination} bypass the sidecar.'),
  row('outport-include', /^nat\/ISTIO_OUTPUT$/, /^destination-port protocol -> jump ISTIO_REDIRECT$/, 'Port {destination-port} always goes through the sidecar.'),
  row('outbound-range', /^nat\/ISTIO_OUTPUT$/, /^destination -> jump ISTIO_REDIRECT$/, 'Calls to {destination} go through the sidecar.'),
  row('outbound-all', /^nat\/ISTIO_OUTPUT$/, /^-> jump ISTIO_REDIRECT$/, 'All other TCP that goes out goes through the sidecar.'),
  row('outbound-rest', /^nat\/ISTIO_OUTPUT$/, /^-> return$/, 'Everything else is left alone.'),
  row('tproxy-marked', /^mangle\/ISTIO_INBOUND$/, /^mark protocol -> return$/, 'What the sidecar sends to the app is not captured again (its mark says so).'),
  row('tproxy-passthrough', /^mangle\/ISTIO_INBOUND$/, /^in-interface protocol source -> return$/, '{source} is what the sidecar uses when it hands traffic to the app; not captured again.'),
  row('tproxy-lo', /^mangle\/ISTIO_INBOUND$/, /^!mark in-interface protocol -> return$/, "Traffic inside the pod is left alone, except the sidecar's calls to its own pod."),
  row('tproxy-established', /^mangle\/ISTIO_INBOUND$/, /(ct-state|socket).*-> jump ISTIO_DIVERT$/, 'Packets of connections the sidecar already has stay with it.'),
  row('tproxy-new', /^mangle\/ISTIO_INBOUND$/, /-> jump ISTIO_TPROXY$/, 'New connections are given to the sidecar.'),
  row('tproxy-divert', /^mangle\/ISTIO_DIVERT$/, /-> (set-mark .*|accept)$/, 'Marks the packet so that routing delivers it to the sidecar, whatever its address.'),
  row('tproxy-to-envoy', /^mangle\/ISTIO_TPROXY$/, /-> tproxy/, 'Gives the connection to the sidecar, addresses unchanged.'),
  row('tproxy-save', /^mangle\/PREROUTING$/, /^mark protocol -> save-mark/, "Remembers on the connection that it is the sidecar's."),
  row('tproxy-out-marked', /^mangle\/OUTPUT$/, /^mark out-interface protocol -> return$/, "What the sidecar sends to the app on the client's behalf is left alone."),
  row('tproxy-self', /^mangle\/OUTPUT$/, /^!destination out-interface owner protocol -> set-mark/, 'Marks calls of the sidecar to its own pod so that they count as inbound.'),
  row('tproxy-old', /^mangle\/OUTPUT$/, /^!destination protocol source -> set-mark/, 'Traffic from 127.0.0.1 to other addresses is marked so that routing keeps it in the pod (1.6 to 1.8).'),
  row('tproxy-restore', /^mangle\/OUTPUT$/, /^connmark protocol -> restore-mark/, 'Answers of the app to the sidecar get the mark back, so that they stay in the pod.'),
  row('ipv6-closed', /^filter\/INPUT$/, /^-> reject icmp6-port-unreachable$/, 'All other IPv6 that comes in is refused: releases before 1.5 did not capture it and closed it instead.'),
  row('established', /^filter\/(INPUT|OUTPUT|FORWARD)$/, /^ct-state -> accept$/, 'Packets of known connections are let through.'),
  row('localhost', /^filter\/INPUT$/, /^destination=(127\.|::1)\S* in-interface -> accept$/, 'Localhost is let in.'),
  row('ambient-jump', /^(raw|mangle|nat)\/(PREROUTING|OUTPUT)$/, /^-> jump (ISTIO_PRERT|ISTIO_OUTPUT)$/, 'Ambient mode: the in-pod redirection to ztunnel starts here.'),
  row('ambient-save', /^mangle\/ISTIO_PRERT$/, /^mark -> set-connmark/, 'Connections that come from ztunnel are remembered.'),
  row('ambient-restore', /^mangle\/ISTIO_OUTPUT$/, /^connmark -> restore-mark/, 'Answers to ztunnel get their mark back, so that they stay in the pod.'),
  row('ambient-probe', /^nat\/(ISTIO_PRERT|ISTIO_OUTPUT)$/, /^(protocol source|destination protocol) -> accept$/, "The kubelet's probes (they come from {source}{destination}) are let through."),
  row('ambient-tproxy-tunnel', /^mangle\/ISTIO_PRERT$/, /^!mark destination-port protocol -> tproxy port=15008/, 'Mesh traffic from other nodes is given to ztunnel on 15008, addresses unchanged (1.21 to 1.23).'),
  row('ambient-tproxy', /^mangle\/ISTIO_PRERT$/, /-> tproxy port=15006/, 'Plain traffic to this pod is given to ztunnel on 15006, addresses unchanged (1.21 to 1.23).'),
  row('ambient-pass', /^mangle\/ISTIO_PRERT$/, /^(ct-state protocol|!destination in-interface protocol|protocol source) -> accept$/, 'Known connections, traffic inside the pod and kubelet probes are let through.'),
  row('ambient-virt', /^nat\/ISTIO_PRERT$/, /^in-interface protocol -> redirect 15001$/, 'Traffic of the guest behind {in-interface} is treated as outbound traffic of this pod.'),
  row('ambient-virt', /^nat\/ISTIO_PRERT$/, /^in-interface protocol -> return$/, 'The rest of what arrives on {in-interface} is left alone.'),
  row('ambient-inbound', /^nat\/ISTIO_PRERT$/, /-> redirect 15006$/, 'Plain traffic to this pod goes to ztunnel (15006); its own tunnel port 15008 is exempt.'),
  row('ambient-dns', /^nat\/ISTIO_OUTPUT$/, /destination-port=53 .*-> redirect 15053$|destination-port .*-> redirect 15053$/, 'Name lookups are answered by ztunnel.'),
  row('ambient-answer', /^nat\/ISTIO_OUTPUT$/, /^mark protocol -> accept$/, 'Answers to ztunnel are left alone.'),
  row('ambient-self', /^nat\/ISTIO_OUTPUT$/, /^!destination out-interface -> accept$/, "Calls to this pod's own address are left alone."),
  row('ambient-outbound', /^nat\/ISTIO_OUTPUT$/, /^!destination !mark protocol -> redirect 15001$/, 'Everything else that goes out goes to ztunnel (15001).'),
]
