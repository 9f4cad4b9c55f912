import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {at, listOf, numberOf, objectOf, textOf, textsOf} from '../decode.js'
import {type Problem, problemIf} from './semantics/problem.js'

function virtualService(spec: unknown): readonly Problem[] {
  const http = listOf(spec, 'http').flatMap((rule, index) => {
    const path = `spec.http[${index}]`
    const abort = objectOf(rule, 'fault', 'abort')
    const kinds = ['httpStatus', 'grpcStatus', 'http2Error'].filter(name => abort?.[name] !== undefined)
    const body = textOf(rule, 'directResponse', 'body', 'string') ?? ''
    return [
      ...problemIf(
        at(rule, 'mirrorPercent') !== undefined,
        `${path}.mirrorPercent`,
        'mirrorPercent is deprecated; use mirrorPercentage',
      ),
      ...problemIf(
        abort !== undefined && kinds.length === 0,
        `${path}.fault.abort`,
        'abort without httpStatus or grpcStatus does nothing',
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
  return [...http, ...gateways]
}

function destinationRule(spec: unknown): readonly Problem[] {
  const policies = [
    ['spec.trafficPolicy', at(spec, 'trafficPolicy')] as const,
    ...listOf(spec, 'subsets').map(
      (subset, index) => [`spec.subsets[${index}].trafficPolicy`, at(subset, 'trafficPolicy')] as const,
    ),
  ]
  return policies.flatMap(([path, policy]) => {
    const failover = listOf(policy, 'loadBalancer', 'localityLbSetting', 'failover').length > 0
    const priority = textsOf(policy, 'loadBalancer', 'localityLbSetting', 'failoverPriority').length > 0
    const outlier = objectOf(policy, 'outlierDetection')
    return [
      ...problemIf(
        outlier?.consecutiveErrors !== undefined,
        `${path}.outlierDetection`,
        'consecutiveErrors is deprecated; use consecutive5xxErrors',
      ),
      ...problemIf(
        at(policy, 'loadBalancer', 'consistentHash', 'minimumRingSize') !== undefined,
        `${path}.loadBalancer.consistentHash`,
        'minimumRingSize is deprecated; use ringHash.minimumRingSize',
      ),
      ...problemIf(
        (failover || priority) && outlier === undefined,
        `${path}.loadBalancer.localityLbSetting`,
        'failover has no effect without outlierDetection',
      ),
    ]
  })
}

const OLD_TLS = ['TLSV1_0', 'TLSV1_1']

function gateway(spec: unknown): readonly Problem[] {
  return listOf(spec, 'servers').flatMap((server, index) => {
    const path = `spec.servers[${index}]`
    const protocol = (textOf(server, 'port', 'protocol') ?? '').toUpperCase()
    const redirect = at(server, 'tls', 'httpsRedirect') === true
    const passes = textOf(server, 'tls', 'mode') === 'PASSTHROUGH'
    const certificate = ['serverCertificate', 'privateKey', 'credentialName'].some(
      name => (textOf(server, 'tls', name) ?? '') !== '',
    )
    const old = OLD_TLS.includes(textOf(server, 'tls', 'minProtocolVersion') ?? '')
    const ciphers = textsOf(server, 'tls', 'cipherSuites')
    return [
      ...problemIf(
        redirect && protocol !== 'HTTP' && protocol !== 'HTTP2',
        `${path}.tls.httpsRedirect`,
        `httpsRedirect has no effect for protocol ${protocol}`,
      ),
      ...problemIf(passes && certificate, `${path}.tls`, 'mode PASSTHROUGH ignores the certificate'),
      ...problemIf(
        old && ciphers.length === 0,
        `${path}.tls.minProtocolVersion`,
        'TLS below 1.2 needs cipherSuites that it has',
      ),
      ...problemIf(
        new Set(ciphers).size < ciphers.length,
        `${path}.tls.cipherSuites`,
        'a cipher suite is listed twice',
      ),
    ]
  })
}

function serviceEntry(spec: unknown): readonly Problem[] {
  const hosts = textsOf(spec, 'hosts')
  const partial = hosts.flatMap((host, index) =>
    problemIf(
      /^\*[^.]/.test(host),
      `spec.hosts[${index}]`,
      `${host} is a partial wildcard, which certificates cannot match`,
    ),
  )
  const tcp = listOf(spec, 'ports').some(port => ['', 'TCP'].includes((textOf(port, 'protocol') ?? '').toUpperCase()))
  const addresses = textsOf(spec, 'addresses').length
  const selector = objectOf(spec, 'workloadSelector') !== undefined
  return [
    ...partial,
    ...problemIf(
      hosts.length > 1 && addresses > 0 && tcp,
      'spec.hosts',
      'several hosts with addresses and a TCP port cannot be distinguished',
    ),
    ...problemIf(
      selector && (textOf(spec, 'resolution') ?? 'NONE') === 'NONE',
      'spec.resolution',
      'workloadSelector has no effect with resolution NONE',
    ),
  ]
}

function sidecar(spec: unknown): readonly Problem[] {
  const labels = objectOf(spec, 'workloadSelector', 'labels')
  const selector = objectOf(spec, 'workloadSelector')
  const egress = listOf(spec, 'egress').flatMap((each, index) => {
    const hosts = textsOf(each, 'hosts')
    const path = `spec.egress[${index}].hosts`
    return [
      ...problemIf(new Set(hosts).size < hosts.length, path, 'a host is listed twice'),
      ...problemIf(hosts.includes('*/*') && hosts.length > 1, path, '*/* includes all other hosts'),
    ]
  })
  const open = selector !== undefined && Object.keys(labels ?? {}).length === 0
  return [
    ...egress,
    ...problemIf(open, 'spec.workloadSelector', 'a selector without labels selects every pod of the namespace'),
  ]
}

const HTTP_OPERATIONS = ['hosts', 'notHosts', 'methods', 'notMethods', 'paths', 'notPaths']
const HTTP_SOURCES = ['requestPrincipals', 'notRequestPrincipals']

/** True when a DENY rule matches by HTTP alone: on TCP ports those conditions are dropped, and it denies everything (istio.io, Authorization for TCP). */
export function deniesAllTcp(rule: unknown): boolean {
  const operations = listOf(rule, 'to').map(each => at(each, 'operation'))
  const ports = operations.some(each => textsOf(each, 'ports').length > 0)
  if (operations.length > 0)
    return !ports && operations.some(each => HTTP_OPERATIONS.some(name => textsOf(each, name).length > 0))
  const sources = listOf(rule, 'from').map(each => at(each, 'source'))
  return sources.some(each => HTTP_SOURCES.some(name => textsOf(each, name).length > 0))
}

function authorizationPolicy(spec: unknown): readonly Problem[] {
  const selector = objectOf(spec, 'selector')
  const open = selector !== undefined && Object.keys(objectOf(selector, 'matchLabels') ?? {}).length === 0
  const denies = textOf(spec, 'action') === 'DENY' ? listOf(spec, 'rules') : []
  const first = denies.findIndex(deniesAllTcp)
  return [
    ...problemIf(open, 'spec.selector', 'a selector without labels selects every pod of the namespace'),
    ...problemIf(
      first >= 0,
      `spec.rules[${first}]`,
      'the DENY rule has only HTTP conditions: on TCP ports it denies every connection; add the ports it applies to',
    ),
  ]
}

function requestAuthentication(spec: unknown): readonly Problem[] {
  return listOf(spec, 'jwtRules').flatMap((rule, index) =>
    problemIf(
      /"d"\s*:/.test(textOf(rule, 'jwks') ?? ''),
      `spec.jwtRules[${index}].jwks`,
      'jwks holds a private key; publish the public key only',
    ),
  )
}

function envoyFilter(spec: unknown): readonly Problem[] {
  const patches = listOf(spec, 'configPatches').length
  const priority = numberOf(spec, 'priority')
  const message = 'An EnvoyFilter depends on internals of Istio: check it with every upgrade'
  return patches === 0 && priority === undefined ? [] : [{path: 'spec', message, minor: true}]
}

const WARNINGS: Readonly<Record<string, (spec: unknown) => readonly Problem[]>> = {
  AuthorizationPolicy: authorizationPolicy,
  DestinationRule: destinationRule,
  EnvoyFilter: envoyFilter,
  Gateway: gateway,
  RequestAuthentication: requestAuthentication,
  ServiceEntry: serviceEntry,
  Sidecar: sidecar,
  VirtualService: virtualService,
}

/** What istiod's webhook warns about in an object. */
export function semanticWarnings({kind, raw}: ConfigObject): readonly Problem[] {
  const check = Object.hasOwn(WARNINGS, kind) ? WARNINGS[kind] : undefined
  return check?.(raw.spec ?? {}) ?? []
}
