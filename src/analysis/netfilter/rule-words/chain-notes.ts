import {canonicalChain} from '../istio-names.js'
import {PURPOSES} from './purposes.js'

/** A chain or kind of kernel rule of istio's, in full: what it is for, and the rules it may hold. */
export interface KernelNote {
  readonly name: string
  readonly about: string
  /** Sentences of the rules that may stand there, or of the rule itself. */
  readonly rules: readonly string[]
}

/** What each chain is for and since when (istio tools/istio-iptables, 1.0 to 1.31; measured on a kernel where it says so). */
const CHAINS: Readonly<Record<string, string>> = {
  ISTIO_INBOUND:
    'The inbound list: what of the TCP that reaches the pod goes to the sidecar. In table nat with REDIRECT, in table mangle with TPROXY; in TPROXY mode the one in nat has no references and a lone rule, which is normal. Since 1.0.',
  ISTIO_IN_REDIRECT:
    'Hands inbound traffic to the sidecar by rewriting the destination to port 15006 (15001 before 1.3). The sidecar still learns the address that was asked for (SO_ORIGINAL_DST). When nobody listens there, the client is refused.',
  ISTIO_REDIRECT:
    'Hands outbound traffic to the sidecar by rewriting the destination to 127.0.0.1, port 15001. When nobody listens there, the app is refused at once; nothing is ever dropped here.',
  ISTIO_OUTPUT:
    'The outbound list: what of the traffic that processes of the pod send goes to the sidecar. Asked for the first packet of a connection only; the answer holds for the whole connection. Before 1.25 it was asked for TCP alone.',
  ISTIO_OUTPUT_DNS:
    'Sends name lookups to the agent on port 15053, of the resolvers in resolv.conf or of all with capture-all. In table raw it keeps the lookups of the app and of the agent apart in connection tracking. Since 1.25; before that the rules stood in ISTIO_OUTPUT and OUTPUT.',
  ISTIO_TPROXY:
    'Hands inbound traffic to the sidecar without rewriting addresses, so that it sees the real client. Needs a policy route for the mark; when nobody listens, the client waits in vain instead of being refused.',
  ISTIO_DIVERT: 'Keeps packets of connections that the sidecar already has with it, by a mark (TPROXY mode).',
  ISTIO_DROP:
    'Throws packets away that belong to no known connection; only with drop-invalid. The one chain of istio that drops. Since 1.24.',
  ISTIO_PRERT:
    "Ambient: what reaches the pod goes to the node's ztunnel, except what ztunnel itself sends and the kubelet's probes.",
  ISTIO_POSTRT:
    "Ambient, on the node: gives the kubelet's probes the source address 169.254.7.127, by which the pod knows them.",
}

const MORE: Readonly<Record<string, string>> = {
  'proxy-bypass':
    "Without it the sidecar's own connections would come back to it for ever. It goes by the user or group the socket was made with: any process of that uid or primary gid escapes (supplementary groups and fsGroup do not count), which is why an app must not run as 1337.",
  'self-call':
    'The app calls its own Service, the sidecar picks this very pod and connects to it: source and destination are the pod, over lo. Sent to 15006, so that mTLS, policy and telemetry apply as for any other client. Before 1.5 every call to the own address went there.',
  'app-to-self':
    'A process that calls the address of its own pod directly is not captured, in either direction (since 1.5). Calls to its own Service are.',
  'passthrough-source':
    'The sidecar connects to the app from 127.0.0.6 (::6), so an app that trusts only 127.0.0.1 refuses it.',
  'inbound-exclude':
    'Clients in the mesh still send mutual TLS to that port unless told otherwise, and then meet an app that does not speak it.',
  'inbound-tunnel': 'HBONE, mutual TLS over HTTP/2; exempt since 1.7.',
  'outport-exclude':
    'It holds for every destination on that port. Since 1.25 for UDP as well. The CNI plugin excludes 15020 by itself, istio-init does not.',
  'cidr-exclude': 'Egress rules, telemetry and mTLS do not apply to these addresses.',
  'dns-capture':
    "The agent answers from istiod's name table and asks the resolver for the rest, as the proxy's user, which is left alone.",
}

/** Words for the values a rule would give, when no rule is at hand. */
const BLANKS: readonly (readonly [RegExp, string])[] = [
  [/\{uid\}\{gid\}/g, "the proxy's uid or gid"],
  [/\{source\}\{destination\}/g, 'a reserved address'],
  [/\{to destination\}/g, ' (to the resolvers, or all)'],
  [/Port \{destination-port\}/g, 'A port'],
  [/\{(in|out)-interface\}/g, 'an interface'],
  [/\{gid\}/g, 'N'],
  [/\{source\}/g, '127.0.0.6'],
  [/\{destination\}/g, 'a range'],
  [/\{port\}/g, 'N'],
]

function general(sentence: string): string {
  return BLANKS.reduce((text, [blank, words]) => text.replace(blank, words), sentence)
}

function placesOf(chain: string): readonly string[] {
  return ['nat', 'mangle', 'raw'].map(table => `${table}/${chain}`)
}

/** What a chain of istio's (in iptables or nftables spelling) or a kind of rule (by its id, such as `self-call`) is; undefined for other words. */
export function kernelNote(word: string): KernelNote | undefined {
  const chain = canonicalChain(word.startsWith('istio-') ? word.toLowerCase() : word).toUpperCase()
  const about = CHAINS[chain]
  if (about !== undefined) {
    const here = PURPOSES.filter(({place}) => placesOf(chain).some(at => place.test(at)))
    return {name: chain, about, rules: [...new Set(here.map(({id, sentence}) => `${id}: ${general(sentence)}`))]}
  }
  const kinds = PURPOSES.filter(({id}) => id === word.toLowerCase())
  if (kinds.length === 0) return undefined
  return {
    name: word.toLowerCase(),
    about: MORE[word.toLowerCase()] ?? '',
    rules: [...new Set(kinds.map(({sentence}) => general(sentence)))],
  }
}

/** The names `kernelNote` knows. */
export function kernelWords(): readonly string[] {
  return [...Object.keys(CHAINS), ...new Set(PURPOSES.map(({id}) => id))]
}
