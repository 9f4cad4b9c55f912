import {own} from '../../../model/collections/own.js'
import {canonicalChain} from '../istio-names.js'
import {PURPOSES} from './purposes.js'

/** A chain of Istio or a kind of its kernel rules: its purpose and the rules it may contain. */
export interface KernelNote {
  readonly name: string
  readonly about: string
  /** Sentences of the rules that may be there, or of the rule itself. */
  readonly rules: readonly string[]
}

/** What each chain is for and since when (istio tools/istio-iptables, 1.0 to 1.31; measured on a kernel where it says so). */
const CHAINS: Readonly<Record<string, string>> = {
  ISTIO_INBOUND:
    'Decides which inbound TCP goes to the sidecar. In table nat with REDIRECT, in table mangle with TPROXY; in TPROXY mode the one in nat has no references and a single rule, which is normal. Since 1.0.',
  ISTIO_IN_REDIRECT:
    'Redirects inbound traffic to the sidecar, port 15006 (15001 before 1.3). The sidecar still learns the original destination (SO_ORIGINAL_DST). If nothing listens there, the connection is refused.',
  ISTIO_REDIRECT:
    'Redirects outbound traffic to the sidecar, 127.0.0.1 port 15001. If nothing listens there, the connection is refused at once; nothing is dropped here.',
  ISTIO_OUTPUT:
    'Decides which outbound traffic of the pod goes to the sidecar. Evaluated for the first packet of a connection only; the result holds for the whole connection. Before 1.25 for TCP only.',
  ISTIO_OUTPUT_DNS:
    'Redirects DNS queries to the agent on port 15053: those to the resolvers in resolv.conf, or all with capture-all. In table raw it puts queries of the app and of the agent into separate connection tracking zones. Since 1.25; before that the rules were in ISTIO_OUTPUT and OUTPUT.',
  ISTIO_TPROXY:
    'Delivers inbound traffic to the sidecar without rewriting addresses, so that it sees the client address. Needs a policy route for the mark; if nothing listens, the client times out instead of being refused.',
  ISTIO_DIVERT: 'Marks packets of connections that the sidecar already has, so that they stay with it (TPROXY mode).',
  ISTIO_DROP:
    'Drops packets of no known connection; only with drop-invalid. The only chain of Istio that drops. Since 1.24.',
  ISTIO_PRERT: 'Ambient: inbound traffic goes to ztunnel, except traffic from ztunnel itself and kubelet probes.',
  ISTIO_POSTRT:
    'Ambient, on the node: gives kubelet probes the source address 169.254.7.127, which rules in the pod exempt.',
}

const MORE: Readonly<Record<string, string>> = {
  'proxy-bypass':
    'Without it, connections of the sidecar would loop back to it forever. It matches the uid or gid of the socket: any process with that uid or primary gid bypasses capture (supplementary groups and fsGroup do not count), so an app must not run as 1337.',
  'self-call':
    'The app calls its own Service, the sidecar picks this very pod and connects to it: source and destination are the pod, over lo. It goes to 15006, so that mTLS, policy and telemetry apply as for any other client. Before 1.5, every call to its own address went there.',
  'app-to-self':
    'A process that calls the address of its own pod directly is not captured, in either direction (since 1.5). Calls to its own Service are.',
  'passthrough-source':
    'The sidecar connects to the app from 127.0.0.6 (::6), so an app that trusts only 127.0.0.1 refuses it.',
  'inbound-exclude':
    'Clients in the mesh still send mutual TLS to that port unless a DestinationRule disables it, and the app does not speak it.',
  'inbound-tunnel': 'HBONE, mutual TLS over HTTP/2; exempt since 1.7.',
  'outport-exclude':
    'It applies to every destination on that port; since 1.25 for UDP as well. The CNI plugin excludes 15020 by default, istio-init does not.',
  'cidr-exclude': 'Egress rules, telemetry and mTLS do not apply to these addresses.',
  'dns-capture':
    "The agent answers from istiod's name table and asks the resolver for the rest, as the proxy's user, which is not captured.",
}

/** Words for the values a rule would give, when no rule is available. */
const BLANKS: readonly (readonly [RegExp, string])[] = [
  [/\{uid\}\{gid\}/g, "the proxy's uid or gid"],
  [/\{source\}\{destination\}/g, 'a reserved address'],
  [/\{to destination\}/g, ' (to the resolvers, or all)'],
  [/Port \{destination-port\}/g, 'A port'],
  [/port \{destination-port\}/g, 'a port'],
  [/\{protocol\}/g, 'TCP'],
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

/** What a chain of Istio's (in iptables or nftables spelling) or a kind of rule (by its id, such as `self-call`) is; undefined for other words. */
export function kernelNote(word: string): KernelNote | undefined {
  const chain = canonicalChain(word.startsWith('istio-') ? word.toLowerCase() : word).toUpperCase()
  const about = own(CHAINS, chain)
  if (about !== undefined) {
    const here = PURPOSES.filter(({place}) => placesOf(chain).some(at => place.test(at)))
    return {name: chain, about, rules: [...new Set(here.map(({id, sentence}) => `${id}: ${general(sentence)}`))]}
  }
  const kinds = PURPOSES.filter(({id}) => id === word.toLowerCase())
  if (kinds.length === 0) return undefined
  return {
    name: word.toLowerCase(),
    about: own(MORE, word.toLowerCase()) ?? '',
    rules: [...new Set(kinds.map(({sentence}) => general(sentence)))],
  }
}

/** The names `kernelNote` knows. */
export function kernelWords(): readonly string[] {
  return [...Object.keys(CHAINS), ...new Set(PURPOSES.map(({id}) => id))]
}
