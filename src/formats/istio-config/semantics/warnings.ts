import type {ConfigObject} from '../../../model/istio-config/config-object.js'
import {protocolClass} from '../../../model/istio-config/protocol.js'
import {parseIp} from '../../../model/kernel/ip-address.js'
import {at, listOf, numberOf, objectOf, textOf, textsOf} from '../../decode.js'
import {type Problem, problemIf} from './problem.js'

function virtualService(spec: unknown): readonly Problem[] {
  const http = listOf(spec, 'http').flatMap((rule, index) => {
    const path = `spec.http[${index}]`
    const body = textOf(rule, 'directResponse', 'body', 'string') ?? ''
    return [
      ...problemIf(
        at(rule, 'mirrorPercent') !== undefined,
        `${path}.mirrorPercent`,
        'mirrorPercent is deprecated; use mirrorPercentage',
      ),
      ...problemIf(
        body.length > 100_000,
        `${path}.directResponse.body`,
        'a body above 100 kB makes the configuration of every proxy large',
      ),
    ]
  })
  const gateways = textsOf(spec, 'gateways').flatMap((name, index) =>
    problemIf(
      name.includes('.') && !name.includes('/') && !name.includes('~'),
      `spec.gateways[${index}]`,
      `Gateway ${name} is named in the old form; write NAMESPACE/NAME`,
    ),
  )
  const addresses = listOf(spec, 'tls').flatMap((rule, index) =>
    listOf(rule, 'match').flatMap((match, number) =>
      textsOf(match, 'sniHosts').flatMap(name =>
        problemIf(
          parseIp(name) !== undefined,
          `spec.tls[${index}].match[${number}].sniHosts`,
          `clients send no SNI for an address such as ${name}`,
        ),
      ),
    ),
  )
  return [...http, ...gateways, ...addresses]
}

function destinationRule(spec: unknown): readonly Problem[] {
  // Of the policies of ports and subsets the webhook reports errors alone.
  const path = 'spec.trafficPolicy'
  const policy = at(spec, 'trafficPolicy')
  const failover = listOf(policy, 'loadBalancer', 'localityLbSetting', 'failover').length > 0
  const priority = textsOf(policy, 'loadBalancer', 'localityLbSetting', 'failoverPriority').length > 0
  return [
    ...problemIf(
      (numberOf(policy, 'outlierDetection', 'consecutiveErrors') ?? 0) !== 0,
      `${path}.outlierDetection`,
      'consecutiveErrors is deprecated; use consecutive5xxErrors',
    ),
    ...problemIf(
      (numberOf(policy, 'loadBalancer', 'consistentHash', 'minimumRingSize') ?? 0) !== 0,
      `${path}.loadBalancer.consistentHash`,
      'minimumRingSize is deprecated; use ringHash.minimumRingSize',
    ),
    ...problemIf(
      (failover || priority) && at(policy, 'outlierDetection') === undefined,
      `${path}.loadBalancer.localityLbSetting`,
      'failover has no effect without outlierDetection',
    ),
    ...openSelector(spec, 'workloadSelector', 'matchLabels'),
  ]
}

/** The cipher suites istiod hands to Envoy (istio.io, Gateway, cipherSuites). */
const CIPHERS = new Set(
  (
    'ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384 ' +
    'ECDHE-RSA-AES256-GCM-SHA384 ECDHE-ECDSA-CHACHA20-POLY1305 ECDHE-RSA-CHACHA20-POLY1305 ' +
    'ECDHE-PSK-CHACHA20-POLY1305 ECDHE-ECDSA-AES128-SHA ECDHE-RSA-AES128-SHA ECDHE-PSK-AES128-CBC-SHA ' +
    'ECDHE-ECDSA-AES256-SHA ECDHE-RSA-AES256-SHA ECDHE-PSK-AES256-CBC-SHA AES128-GCM-SHA256 AES256-GCM-SHA384 ' +
    'AES128-SHA AES256-SHA PSK-AES128-CBC-SHA PSK-AES256-CBC-SHA DES-CBC3-SHA'
  ).split(' '),
)
const OLD_TLS = ['TLSV1_0', 'TLSV1_1']

function gateway(spec: unknown): readonly Problem[] {
  return listOf(spec, 'servers').flatMap((server, index) => {
    const path = `spec.servers[${index}]`
    const protocol = (textOf(server, 'port', 'protocol') ?? '').toUpperCase()
    const redirect = at(server, 'tls', 'httpsRedirect') === true
    const mode = textOf(server, 'tls', 'mode') ?? 'PASSTHROUGH'
    const passes = mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH'
    const certificate =
      ['serverCertificate', 'privateKey', 'caCertificates', 'caCrl', 'credentialName'].some(
        name => (textOf(server, 'tls', name) ?? '') !== '',
      ) || ['credentialNames', 'tlsCertificates'].some(name => listOf(server, 'tls', name).length > 0)
    const old = OLD_TLS.includes(textOf(server, 'tls', 'minProtocolVersion') ?? '')
    const ciphers = textsOf(server, 'tls', 'cipherSuites')
    const unknown = [...new Set(ciphers.filter(name => !CIPHERS.has(name)))]
    const known = ciphers.filter(name => CIPHERS.has(name))
    return [
      ...problemIf(
        redirect && protocolClass(protocol) !== 'http',
        `${path}.tls.httpsRedirect`,
        `httpsRedirect has no effect for protocol ${protocol}`,
      ),
      ...problemIf(passes && certificate, `${path}.tls`, `mode ${mode} ignores the certificate`),
      ...problemIf(
        old && ciphers.length === 0,
        `${path}.tls.minProtocolVersion`,
        'TLS below 1.2 needs cipherSuites that it has',
      ),
      ...problemIf(
        unknown.length > 0,
        `${path}.tls.cipherSuites`,
        `istiod ignores ${unknown.join(', ')}: Envoy has no such cipher suite`,
      ),
      ...problemIf(new Set(known).size < known.length, `${path}.tls.cipherSuites`, 'a cipher suite is listed twice'),
    ]
  })
}

/** Keeps istiod from assigning an address to a ServiceEntry. */
const AUTO_ALLOCATE_LABEL = 'networking.istio.io/enable-autoallocate-ip'

function serviceEntry(spec: unknown, _: string, labels: Readonly<Record<string, string>>): readonly Problem[] {
  const hosts = textsOf(spec, 'hosts')
  const resolution = textOf(spec, 'resolution') ?? 'NONE'
  const partial = hosts.flatMap((host, index) =>
    problemIf(
      resolution !== 'DYNAMIC_DNS' && /^\*[^.]/.test(host),
      `spec.hosts[${index}]`,
      `${host} is a partial wildcard, which certificates cannot match`,
    ),
  )
  const selector = objectOf(spec, 'workloadSelector') !== undefined
  // Istiod assigns addresses unless it resolves nothing or the owner declines (istio.io, DNS auto allocation).
  const assigns = resolution !== 'NONE' && labels[AUTO_ALLOCATE_LABEL]?.toLowerCase() !== 'false'
  const unaddressed = [...listOf(spec, 'ports').entries()].flatMap(([index, port]) =>
    !assigns && textsOf(spec, 'addresses').length === 0 && ['', 'TCP'].includes(textOf(port, 'protocol') ?? '')
      ? [index]
      : [],
  )
  const byName = resolution === 'DNS' || resolution === 'DNS_ROUND_ROBIN'
  const tcp = listOf(spec, 'ports').some(port => protocolClass(textOf(port, 'protocol') ?? '') === 'tcp')
  return [
    ...partial,
    ...problemIf(
      selector && resolution === 'NONE',
      'spec.resolution',
      `workloadSelector has no effect with resolution ${resolution}`,
    ),
    ...problemIf(
      byName && tcp && hosts.length > 1 && textsOf(spec, 'addresses').length > 0,
      'spec.hosts',
      'several hosts share the addresses of a TCP port: nothing tells them apart',
    ),
    ...unaddressed.map(index => ({
      path: `spec.ports[${index}]`,
      message: 'a TCP port needs addresses: istiod assigns none to this ServiceEntry',
    })),
    ...(resolution === 'STATIC' ? listOf(spec, 'endpoints') : []).flatMap((endpoint, index) =>
      unaddressedWorkload(endpoint, `spec.endpoints[${index}]`),
    ),
    ...openSelector(spec, 'workloadSelector', 'labels'),
  ]
}

/** A workload of another network without an address, which is reached through the gateway of that network. */
function unaddressedWorkload(workload: unknown, path: string): readonly Problem[] {
  const network = textOf(workload, 'network') ?? ''
  const bare = (textOf(workload, 'address') ?? '') === '' && network !== ''
  return problemIf(bare, `${path}.address`, `no address: only the gateway of network ${network} reaches it`)
}

/** A selector without labels, which applies to all pods of the namespace. */
function openSelector(spec: unknown, name: string, labels: string): readonly Problem[] {
  const selector = objectOf(spec, name)
  const open = selector !== undefined && Object.keys(objectOf(selector, labels) ?? {}).length === 0
  return problemIf(open, `spec.${name}`, 'a selector without labels selects every pod of the namespace')
}

/** The hosts of an egress listener that another of its hosts includes, by position. */
function repeatedEgress(hosts: readonly string[], namespace: string): readonly number[] {
  const seen = new Map<string, Set<string>>()
  return hosts.flatMap((host, index) => {
    const slash = host.indexOf('/')
    if (slash < 0 || host.startsWith('~')) return []
    const [written, name] = [host.slice(0, slash), host.slice(slash + 1)]
    const own = seen.get(written === '.' ? namespace : written) ?? new Set<string>()
    seen.set(written === '.' ? namespace : written, own)
    const included = name === '*' ? own.size > 0 : own.has(name) || own.has('*')
    own.add(name)
    return included ? [index] : []
  })
}

function sidecar(spec: unknown, namespace: string): readonly Problem[] {
  const egress = listOf(spec, 'egress').flatMap((each, index) => {
    const hosts = textsOf(each, 'hosts')
    const path = `spec.egress[${index}].hosts`
    const others = hosts.some(host => !host.startsWith('*/'))
    return [
      ...repeatedEgress(hosts, namespace).map(position => ({
        path: `${path}[${position}]`,
        message: `another host of the listener includes ${hosts[position]}`,
      })),
      ...problemIf(hosts.includes('*/*') && others, path, '*/* includes all other hosts'),
    ]
  })
  const ingress = listOf(spec, 'ingress').flatMap((each, index) => {
    const protocol = textOf(each, 'port', 'protocol') ?? ''
    return problemIf(
      objectOf(each, 'connectionPool', 'http') !== undefined && protocolClass(protocol) !== 'http',
      `spec.ingress[${index}].connectionPool.http`,
      `the HTTP settings have no effect on a port with protocol ${protocol === '' ? 'TCP' : protocol}`,
    )
  })
  return [...egress, ...ingress, ...openSelector(spec, 'workloadSelector', 'labels')]
}

const TCP_SOURCES = [
  'principals',
  'notPrincipals',
  'namespaces',
  'notNamespaces',
  'ipBlocks',
  'notIpBlocks',
  'remoteIpBlocks',
  'notRemoteIpBlocks',
  'serviceAccounts',
  'notServiceAccounts',
]
const TCP_OPERATIONS = ['ports', 'notPorts']

/** True when a DENY rule matches by HTTP alone: on TCP ports those conditions are dropped, and it denies everything (istio.io, Authorization for TCP). */
function deniesAllTcp(rule: unknown): boolean {
  const given = (list: string, part: string) => listOf(rule, list).flatMap(each => objectOf(each, part) ?? [])
  const [sources, operations] = [given('from', 'source'), given('to', 'operation')]
  const some = (objects: readonly unknown[], names: readonly string[]) =>
    objects.some(each => names.some(name => listOf(each, name).length > 0))
  if (operations.length > 0) return !some(operations, TCP_OPERATIONS)
  return sources.length > 0 && !some(sources, TCP_SOURCES)
}

function authorizationPolicy(spec: unknown): readonly Problem[] {
  const denies = textOf(spec, 'action') === 'DENY' ? listOf(spec, 'rules') : []
  return [
    ...openSelector(spec, 'selector', 'matchLabels'),
    ...denies.flatMap((rule, index) =>
      problemIf(
        deniesAllTcp(rule),
        `spec.rules[${index}]`,
        'A rule denies based on HTTP attributes only: on TCP ports of a proxy it denies every connection, at ztunnel none; add the ports it applies to',
      ),
    ),
  ]
}

/** Kinds of which the webhook warns about the selector alone. */
function policyWithSelector(spec: unknown): readonly Problem[] {
  return openSelector(spec, 'selector', 'matchLabels')
}

function telemetry(spec: unknown): readonly Problem[] {
  const tracing = listOf(spec, 'tracing')
  return [
    ...policyWithSelector(spec),
    ...problemIf(tracing.length > 1, 'spec.tracing', 'only one entry of tracing is used'),
    ...tracing.flatMap((each, index) =>
      problemIf(
        listOf(each, 'providers').length > 1,
        `spec.tracing[${index}].providers`,
        'only one provider of tracing is used',
      ),
    ),
  ]
}

function requestAuthentication(spec: unknown): readonly Problem[] {
  const keys = listOf(spec, 'jwtRules').flatMap((rule, index) =>
    problemIf(
      /"(?:d|k)"\s*:/.test(textOf(rule, 'jwks') ?? ''),
      `spec.jwtRules[${index}].jwks`,
      'jwks holds a private key; publish the public key only',
    ),
  )
  return [...policyWithSelector(spec), ...keys]
}

function envoyFilter(spec: unknown): readonly Problem[] {
  const message = 'An EnvoyFilter depends on internals of Istio: check it with every upgrade'
  const unused = listOf(spec, 'configPatches').flatMap((each, index) => {
    const applyTo = textOf(each, 'applyTo') ?? ''
    const filter = objectOf(each, 'match', 'listener', 'filterChain', 'filter')
    return problemIf(
      filter !== undefined && ['LISTENER', 'FILTER_CHAIN'].includes(applyTo),
      `spec.configPatches[${index}].match.listener.filterChain.filter`,
      `a match of filters has no effect with applyTo ${applyTo}`,
    )
  })
  return [{path: 'spec', message, minor: true}, ...unused, ...openSelector(spec, 'workloadSelector', 'labels')]
}

const WARNINGS: Readonly<
  Record<string, (spec: unknown, namespace: string, labels: Readonly<Record<string, string>>) => readonly Problem[]>
> = {
  AuthorizationPolicy: authorizationPolicy,
  DestinationRule: destinationRule,
  EnvoyFilter: envoyFilter,
  Gateway: gateway,
  PeerAuthentication: policyWithSelector,
  ProxyConfig: policyWithSelector,
  RequestAuthentication: requestAuthentication,
  ServiceEntry: serviceEntry,
  Sidecar: sidecar,
  Telemetry: telemetry,
  VirtualService: virtualService,
  WorkloadEntry: spec => unaddressedWorkload(spec, 'spec'),
  WasmPlugin: policyWithSelector,
}

/** What istiod's webhook warns about in an object. */
export function semanticWarnings({kind, raw, ref, labels}: ConfigObject): readonly Problem[] {
  const check = Object.hasOwn(WARNINGS, kind) ? WARNINGS[kind] : undefined
  return check?.(raw.spec ?? {}, ref.namespace, labels) ?? []
}
