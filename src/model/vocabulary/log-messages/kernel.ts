import type {LogMessage} from './message.js'

const CONNTRACK = 'https://docs.kernel.org/networking/nf_conntrack-sysctl.html'
const IP = 'https://docs.kernel.org/networking/ip-sysctl.html'
const MEMORY = 'https://docs.kernel.org/admin-guide/cgroup-v2.html#memory'
const IPVS = 'https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-mode-ipvs'

/** What the Linux kernel writes to its log (dmesg, journalctl -k) when it drops packets or runs out of something that connections need. */
export const KERNEL_MESSAGES: readonly LogMessage[] = [
  [
    /conntrack: table full, dropping packet/i,
    'The table of tracked connections is full, and the kernel drops the first packets of new connections: they time out on this node while open ones go on. Every connection that kube-proxy or the rules of a sidecar translate takes an entry.',
    'Compare on the node: sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max. Raise nf_conntrack_max (kube-proxy sets it: --conntrack-max-per-core, --conntrack-min), and find who opens so many connections: conntrack -L | head',
    CONNTRACK,
  ],
  [
    /conntrack: expectation table full/i,
    'The table of connections that a protocol helper expects (FTP, SIP) is full: data connections of those protocols fail. Other traffic is not concerned.',
    'Raise net.netfilter.nf_conntrack_expect_max on the node, or turn the helper off.',
    CONNTRACK,
  ],
  [
    /arp_cache: neighbou?r table overflow|^neighbou?r table overflow/i,
    'The ARP table of the node is full (IPv4 neighbours): packets to pods and nodes that are not in it are dropped, so connections fail at random.',
    'Raise net.ipv4.neigh.default.gc_thresh1, gc_thresh2 and gc_thresh3 on the node above the number of pods and nodes it reaches directly: ip -s neigh | wc -l',
    IP,
  ],
  [
    /ndisc_cache: neighbou?r table overflow/i,
    'The IPv6 neighbour table of the node is full: packets to pods and nodes that are not in it are dropped, so IPv6 connections fail at random.',
    'Raise net.ipv6.neigh.default.gc_thresh1, gc_thresh2 and gc_thresh3 on the node above the number of neighbours it reaches directly: ip -6 -s neigh | wc -l',
    IP,
  ],
  [
    /martian source \S+ from \S+/i,
    'The kernel dropped a packet whose source address cannot come from that interface: a loopback address or an own address from outside, or a route back that leads elsewhere (rp_filter). The first address is the destination, the second the source.',
    'Look at the route to the source: ip route get SOURCE. With several interfaces or a CNI that routes asymmetrically set net.ipv4.conf.IFACE.rp_filter to 2; for traffic that a proxy should have taken: meshctl packet POD --in tcp://ADDRESS:PORT --peer SOURCE',
    IP,
  ],
  [
    /martian destination \S+ from \S+/i,
    'The kernel dropped a packet to an address that may not appear on that interface, such as 127.0.0.0/8 from outside.',
    'See who sends to that address; rules that rewrite a destination to loopback need net.ipv4.conf.IFACE.route_localnet.',
    IP,
  ],
  [
    /^(?:\S+ )?ll header: /i,
    'The link-layer header of the packet that the message before it is about.',
    'Nothing is wrong with this line by itself: read the message before it.',
    IP,
  ],
  [
    /Possible SYN flooding on port/i,
    'The queue of a listening socket is full: connections come faster than the process accepts them, and the kernel answers with SYN cookies or drops them. The process is overloaded or stands still; an attack looks the same. Ports 15001, 15006 and 15008 are those of the proxy.',
    'Find the process: meshctl ports POD. On the node: nstat -az TcpExtListenOverflows TcpExtListenDrops. Scale it out, or raise net.core.somaxconn, net.ipv4.tcp_max_syn_backlog and the backlog of the listener.',
    IP,
  ],
  [
    /TCP: out of memory\b/i,
    'The sockets of the node take more memory than net.ipv4.tcp_mem allows: the kernel closes connections and drops packets of all pods on it.',
    'See on the node: cat /proc/net/sockstat (mem is in pages) and sysctl net.ipv4.tcp_mem. Find who holds so many sockets or unread data, and raise tcp_mem.',
    IP,
  ],
  [
    /TCP: too many (?:of )?orphaned sockets/i,
    'More connections are being closed without a process than net.ipv4.tcp_max_orphans allows: the kernel resets them.',
    'cat /proc/net/sockstat on the node (orphan). Find who closes so many connections at once, and raise tcp_max_orphans.',
    IP,
  ],
  [
    /TCP: time wait bucket table overflow/i,
    'More closed connections are in TIME_WAIT than net.ipv4.tcp_max_tw_buckets allows: further ones are forgotten at once. A client opens a connection for each request.',
    'Reuse connections (keep-alive), and raise net.ipv4.tcp_max_tw_buckets on the node.',
    IP,
  ],
  [
    /Memory cgroup out of memory|memory: usage \S+, limit \S+, failcnt/i,
    'A container reached its memory limit, and the kernel killed a process of it; the process is named in the line.',
    'kubectl describe pod POD (OOMKilled). Raise the memory limit; for istio-proxy (envoy, pilot-agent) also reduce its configuration: meshctl explain MCT1906',
    MEMORY,
  ],
  [
    /(?<!cgroup )\bout of memory: Kill(?:ed)? process|invoked oom-killer/i,
    'The node ran out of memory, and the kernel killed a process; the process is named in the line.',
    'kubectl describe node NODE (MemoryPressure). Set memory requests, so that the scheduler does not overfill the node.',
    MEMORY,
  ],
  [
    /IPVS: .{0,120}no destination available/i,
    'kube-proxy in IPVS mode has no endpoint for the Service address in the line: connections to it are refused.',
    'meshctl describe service NAME   # the Service with that address: its ready pods',
    IPVS,
  ],
  [
    /unregister_netdevice: waiting for \S+ to become free/i,
    'The network namespace of a pod that ended cannot be removed: something still holds its interface. New pods on the node may hang in ContainerCreating.',
    'Restart the node when pods hang; the cause is a bug of the kernel or the CNI plugin: update both.',
    'https://github.com/moby/moby/issues/5618',
  ],
  [
    /received packet on \S+ with own address as source address/i,
    'A bridge got a packet back that it sent itself: a loop, or hairpin mode with an interface in promiscuous mode.',
    'Check the CNI configuration of the bridge (hairpinMode, promiscMode): bridge -d link',
    'https://www.cni.dev/plugins/current/main/bridge/',
  ],
  [
    /net_ratelimit: \d+ callbacks suppressed/i,
    'The kernel left out so many messages of the same kind as those around this line.',
    'Nothing is wrong with this line by itself: read the messages around it.',
    'https://docs.kernel.org/admin-guide/sysctl/net.html',
  ],
]
