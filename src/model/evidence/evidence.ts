import type {Gap} from './answer.js'
import type {Shows} from './provenance.js'

/**
 * The evidence catalogue: everything meshctl can read about one pod, how to get it, and how it is stored.
 * Sources, capture, serve and messages about missing evidence are derived from this table.
 */

/** How to fetch it: Envoy admin GET, exec of the first argv that works, a container's log, istiod's debug port, a port of ztunnel. */
export type Retrieval =
  | {readonly via: 'admin'; readonly path: string}
  | {readonly via: 'exec'; readonly tries: readonly (readonly string[])[]}
  | {readonly via: 'log'; readonly container: string}
  | {readonly via: 'istiod'; readonly path: string}
  | {readonly via: 'ztunnel'; readonly port: number; readonly path: string}

export interface EvidenceRow {
  readonly title: string
  readonly how: Retrieval
  readonly extension: 'json' | 'txt'
  readonly maxBytes: number
  readonly deadlineMs: number
  /** Needs privileges a default pod does not have: CAP_NET_ADMIN (and root for the legacy backend). */
  readonly needs?: 'net-admin'
  readonly redact: 'nothing' | 'envoy' | 'log'
  readonly shows: Shows
}

const MIB = 1024 * 1024
const PROC_NET = ['/proc/net/tcp', '/proc/net/tcp6', '/proc/net/udp', '/proc/net/udp6']

function admin(title: string, path: string, maxMiB: number, redact: EvidenceRow['redact'] = 'nothing'): EvidenceRow {
  return {
    title,
    how: {via: 'admin', path},
    extension: 'json',
    maxBytes: maxMiB * MIB,
    deadlineMs: 30_000,
    redact,
    shows: 'state',
  }
}

function kernel(title: string, ...tries: readonly string[][]): EvidenceRow {
  return {
    title,
    how: {via: 'exec', tries},
    extension: 'txt',
    maxBytes: 16 * MIB,
    deadlineMs: 15_000,
    needs: 'net-admin',
    redact: 'nothing',
    shows: 'state',
  }
}

function command(title: string, ...tries: readonly string[][]): EvidenceRow {
  return {
    title,
    how: {via: 'exec', tries},
    extension: 'txt',
    maxBytes: 16 * MIB,
    deadlineMs: 15_000,
    redact: 'nothing',
    shows: 'state',
  }
}

function log(title: string, container: string): EvidenceRow {
  return {
    title,
    how: {via: 'log', container},
    extension: 'txt',
    maxBytes: 4 * MIB,
    deadlineMs: 15_000,
    redact: 'log',
    shows: 'history',
  }
}

function istiod(title: string, path: string): EvidenceRow {
  return {
    title,
    how: {via: 'istiod', path},
    extension: 'json',
    maxBytes: 256 * MIB,
    deadlineMs: 30_000,
    redact: 'envoy',
    shows: 'state',
  }
}

function ztunnel(title: string, port: number, path: string, extension: EvidenceRow['extension']): EvidenceRow {
  return {
    title,
    how: {via: 'ztunnel', port, path},
    extension,
    maxBytes: 256 * MIB,
    deadlineMs: 30_000,
    redact: extension === 'json' ? 'envoy' : 'nothing',
    shows: 'state',
  }
}

export const EVIDENCE = {
  'envoy.config_dump': admin("Envoy's configuration", 'config_dump?include_eds', 512, 'envoy'),
  'envoy.clusters': admin("Envoy's live clusters and endpoints", 'clusters?format=json', 256),
  'envoy.listeners': admin("Envoy's listening addresses", 'listeners?format=json', 16),
  'envoy.server_info': admin("Envoy's version, state and flags", 'server_info', 4, 'envoy'),
  'envoy.certs': admin("Envoy's certificates", 'certs', 16),
  'envoy.logging': {...admin("Envoy's log levels", 'logging', 1), extension: 'txt'},
  'envoy.stats': {...admin("Envoy's statistics", 'stats', 64), extension: 'txt'},
  'net.iptables.nft': kernel('IPv4 iptables rules (nft)', ['iptables-nft-save', '-c'], ['iptables-save', '-c']),
  'net.iptables.legacy': kernel('IPv4 iptables rules (legacy)', ['iptables-legacy-save', '-c']),
  'net.ip6tables.nft': kernel('IPv6 iptables rules (nft)', ['ip6tables-nft-save', '-c'], ['ip6tables-save', '-c']),
  'net.ip6tables.legacy': kernel('IPv6 iptables rules (legacy)', ['ip6tables-legacy-save', '-c']),
  'net.nft': kernel('native nftables rules', ['nft', 'list', 'ruleset']),
  'net.ipset': kernel('IP sets of the node', ['ipset', 'list']),
  'net.ip-rule': command('policy routing rules', ['ip', 'rule']),
  'net.ip-route': command('routes of every table', ['ip', 'route', 'show', 'table', 'all']),
  'net.ip-addr': command('addresses of the pod', ['ip', '-j', 'addr'], ['ip', 'addr']),
  'net.sockets': command('listening sockets', ['ss', '-Hlntup'], ['netstat', '-ntulp'], ['cat', ...PROC_NET]),
  'net.proc': command('sockets with the uid that owns them', ['cat', ...PROC_NET]),
  'net.processes': {
    ...command('processes', ['ps', '-eo', 'pid,ppid,uid,args'], ['ps', '-ef'], ['ps']),
    redact: 'log',
  },
  'log.istio-init': {...log('log of istio-init (rules as applied at start)', 'istio-init'), shows: 'set-at-start'},
  'log.istio-proxy': log('log of the sidecar', 'istio-proxy'),
  'log.discovery': log('log of istiod', 'discovery'),
  'ztunnel.config_dump': ztunnel("ztunnel's configuration", 15_000, 'config_dump', 'json'),
  'ztunnel.logging': ztunnel("ztunnel's log levels", 15_000, 'logging', 'txt'),
  'ztunnel.metrics': ztunnel("ztunnel's metrics", 15_020, 'metrics', 'txt'),
  'log.istio-cni': log('log of the istio-cni agent', 'install-cni'),
  'istiod.config_dump': istiod("istiod's configuration for this proxy", 'debug/config_dump'),
  'istiod.version': {...istiod("istiod's version", 'version'), extension: 'txt', redact: 'nothing'},
  'istiod.syncz': istiod("istiod's view of every proxy", 'debug/syncz'),
  'istiod.ambientz': istiod("istiod's view of ambient workloads", 'debug/ambientz'),
} as const satisfies Record<string, EvidenceRow>

export type EvidenceId = keyof typeof EVIDENCE

/** All evidence ids in catalogue order. */
export const EVIDENCE_IDS = Object.keys(EVIDENCE) as readonly EvidenceId[]

/** The catalogue row of an evidence id. */
export function evidenceRow(id: EvidenceId): EvidenceRow {
  return EVIDENCE[id]
}

/** The commands of which the first that works prints the evidence; none where it is taken another way. */
export function commandsOf(id: EvidenceId): readonly (readonly string[])[] {
  const {how} = evidenceRow(id)
  return how.via === 'exec' ? how.tries : []
}

/** The command to take evidence manually, for errors about an incomplete file. */
export function howToTake(id: EvidenceId): string {
  const {how, extension} = EVIDENCE[id] as EvidenceRow
  const inProxy = 'kubectl exec POD -c istio-proxy --'
  switch (how.via) {
    case 'admin':
      return `${inProxy} pilot-agent request GET '${how.path}' > FILE.${extension}`
    case 'exec':
      return `${inProxy} ${how.tries[0]?.join(' ') ?? ''} > FILE.${extension}   # or as root on the node`
    case 'log':
      return `kubectl logs POD -c ${how.container} > FILE.${extension}`
    case 'ztunnel':
      return `kubectl port-forward -n istio-system ZTUNNEL-POD ${how.port} & curl -s localhost:${how.port}/${how.path} > FILE.${extension}`
    case 'istiod':
      return `kubectl exec -n istio-system deploy/istiod -- curl -s localhost:15014/${how.path} > FILE.${extension}`
  }
}

/** True when the text names a row of the catalogue. */
export function isEvidenceId(id: string): id is EvidenceId {
  return Object.hasOwn(EVIDENCE, id)
}

/** Where and when evidence came from: the replica or container that answered, the argv or path, the time. */
export interface Provenance {
  readonly capturedAt?: string
  readonly container?: string
  readonly argv?: readonly string[]
  readonly path?: string
  readonly from?: string
  /** What the bytes are, when a file given by hand answers for other evidence: a log of istio-init where kernel rules were asked for. */
  readonly as?: EvidenceId
  /** True when meshctl computed the bytes from the evidence named: what it would be after a change. */
  readonly computed?: true
}

/** Evidence as received: raw bytes with their provenance. */
export interface Artifact {
  readonly id: EvidenceId
  readonly bytes: Uint8Array
  readonly provenance: Provenance
  /** Parts that are known to be missing, such as parts removed from a paste. */
  readonly incomplete?: readonly Gap[]
  /** True for a text of unknown content: its reader says what is wrong with it, and it is never kept as evidence. */
  readonly guess?: true
}

/** The part of the evidence that is needed; a source may answer with more, never with less. */
export interface EvidenceQuery {
  readonly sections?: readonly string[]
  readonly names?: readonly string[]
  readonly maxBytes?: number
}
