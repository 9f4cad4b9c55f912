import {definedFields} from '../../model/collections/defined-fields.js'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import {type Artifact, evidenceRow} from '../../model/evidence/evidence.js'
import type {
  ZtunnelCertificate,
  ZtunnelDump,
  ZtunnelEndpoint,
  ZtunnelGateway,
  ZtunnelIdentity,
  ZtunnelInbound,
  ZtunnelMatch,
  ZtunnelPodState,
  ZtunnelPolicy,
  ZtunnelService,
  ZtunnelServiceAccount,
  ZtunnelStringMatch,
  ZtunnelWorkload,
} from '../../model/istio/ztunnel.js'
import {field, flagOf, isObject, listOf, numberOf, objectOf, textOf, textsOf} from '../decode.js'
import {parseJson} from '../json-text.js'

const text = (value: unknown, ...names: readonly string[]) => textOf(value, ...names) ?? ''

/** `workload_ip` as `workloadIp`; names of the mesh have no underscore. */
const camel = (key: string) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Deeper than any value of the dump: section, entry, rule, clause, match. */
const MAX_DEPTH = 12

/** A document with the keys of later releases: Istio 1.18 wrote `workload_ip`, later ones `workloadIps` (istioctl, writer/ztunnel/configdump, api.go). */
function withLaterKeys(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return value
  if (Array.isArray(value)) return value.map(each => withLaterKeys(each, depth + 1))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [camel(key), withLaterKeys(each, depth + 1)]))
}

/** The addresses of a workload: a list, or the only one (before 1.20). */
function addressesOf(value: unknown): readonly string[] {
  const one = textOf(value, 'workloadIp')
  return one === undefined ? textsOf(value, 'workloadIps') : [one]
}

/** A section is a list, or an object whose values are the entries (older releases). */
function entries(dump: unknown, name: string): readonly unknown[] {
  const section = field(dump, name)
  if (Array.isArray(section)) return section
  return isObject(section) ? Object.values(section) : []
}

function gateway(value: unknown, name: string): ZtunnelGateway | undefined {
  const found = objectOf(value, name)
  return found === undefined ? undefined : {destination: text(found, 'destination')}
}

function workload(value: unknown): ZtunnelWorkload {
  const waypoint = gateway(value, 'waypoint')
  const networkGateway = gateway(value, 'networkGateway')
  const tunnelPort = numberOf(value, 'applicationTunnel', 'port')
  return {
    uid: text(value, 'uid'),
    name: text(value, 'name'),
    namespace: text(value, 'namespace'),
    workloadIps: addressesOf(value),
    hostname: text(value, 'hostname'),
    ...definedFields({waypoint, networkGateway}),
    protocol: text(value, 'protocol'),
    serviceAccount: text(value, 'serviceAccount'),
    workloadName: text(value, 'workloadName'),
    workloadType: text(value, 'workloadType'),
    canonicalName: text(value, 'canonicalName'),
    canonicalRevision: text(value, 'canonicalRevision'),
    clusterId: text(value, 'clusterId'),
    trustDomain: text(value, 'trustDomain'),
    locality: {
      region: text(value, 'locality', 'region'),
      zone: text(value, 'locality', 'zone'),
      subzone: text(value, 'locality', 'subzone'),
    },
    node: text(value, 'node'),
    network: text(value, 'network'),
    networkMode: text(value, 'networkMode'),
    status: text(value, 'status'),
    capacity: numberOf(value, 'capacity') ?? 0,
    nativeTunnel: flagOf(value, 'nativeTunnel') ?? false,
    applicationTunnel: {
      protocol: text(value, 'applicationTunnel', 'protocol'),
      ...definedFields({port: tunnelPort}),
    },
    authorizationPolicies: textsOf(value, 'authorizationPolicies'),
    services: textsOf(value, 'services'),
  }
}

function ports(value: unknown, name: string): Readonly<Record<string, number>> {
  const found = Object.entries(objectOf(value, name) ?? {})
  return Object.fromEntries(found.flatMap(([port, target]) => (typeof target === 'number' ? [[port, target]] : [])))
}

function endpoint(value: unknown): ZtunnelEndpoint {
  return {
    workloadUid: text(value, 'workloadUid'),
    service: text(value, 'service'),
    address: field(value, 'address'),
    port: ports(value, 'port'),
  }
}

function service(value: unknown): ZtunnelService {
  const waypoint = gateway(value, 'waypoint')
  const balancer = objectOf(value, 'loadBalancer')
  const found = Object.entries(objectOf(value, 'endpoints') ?? {}).map(([uid, each]) => [uid, endpoint(each)] as const)
  return {
    name: text(value, 'name'),
    namespace: text(value, 'namespace'),
    hostname: text(value, 'hostname'),
    vips: textsOf(value, 'vips'),
    cidrVips: listOf(value, 'cidrVips').map(each => `${text(each, 'network')}/${text(each, 'cidr')}`),
    ports: ports(value, 'ports'),
    ...definedFields({
      loadBalancer:
        balancer === undefined
          ? undefined
          : {
              mode: text(balancer, 'mode'),
              routingPreferences: textsOf(balancer, 'routingPreferences'),
              healthPolicy: text(balancer, 'healthPolicy'),
            },
      waypoint,
    }),
    endpoints: Object.fromEntries(found),
    subjectAltNames: textsOf(value, 'subjectAltNames'),
    ipFamilies: text(value, 'ipFamilies'),
    canonical: flagOf(value, 'canonical') ?? false,
    visibility: text(value, 'visibility'),
  }
}

const KINDS = ['exact', 'prefix', 'suffix'] as const

function stringMatches(value: unknown, name: string): readonly ZtunnelStringMatch[] {
  return listOf(value, name).flatMap((each): ZtunnelStringMatch[] => {
    if (!isObject(each)) return []
    const [[key, found] = ['', '']] = Object.entries(each)
    const kind = KINDS.find(known => known === key.toLowerCase())
    if (kind !== undefined && typeof found === 'string') return [{kind, value: found}]
    return key.toLowerCase() === 'presence' ? [{kind: 'presence'}] : []
  })
}

function accounts(value: unknown, name: string): readonly ZtunnelServiceAccount[] {
  return listOf(value, name).map(each => ({
    namespace: text(each, 'namespace'),
    serviceAccount: text(each, 'serviceAccount'),
  }))
}

/** An address range: `10.0.0.0/8`, or an object with address and length. */
function range(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  const address = textOf(value, 'address')
  const length = numberOf(value, 'length') ?? numberOf(value, 'prefixLen')
  return address === undefined ? [] : [length === undefined ? address : `${address}/${length}`]
}

function match(value: unknown): ZtunnelMatch {
  const ranges = (name: string) => listOf(value, name).flatMap(range)
  const numbers = (name: string) => listOf(value, name).filter(each => typeof each === 'number')
  return {
    namespaces: stringMatches(value, 'namespaces'),
    notNamespaces: stringMatches(value, 'notNamespaces'),
    serviceAccounts: accounts(value, 'serviceAccounts'),
    notServiceAccounts: accounts(value, 'notServiceAccounts'),
    principals: stringMatches(value, 'principals'),
    notPrincipals: stringMatches(value, 'notPrincipals'),
    sourceIps: ranges('sourceIps'),
    notSourceIps: ranges('notSourceIps'),
    destinationIps: ranges('destinationIps'),
    notDestinationIps: ranges('notDestinationIps'),
    destinationPorts: numbers('destinationPorts'),
    notDestinationPorts: numbers('notDestinationPorts'),
  }
}

const lists = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function policy(value: unknown): ZtunnelPolicy {
  return {
    name: text(value, 'name'),
    namespace: text(value, 'namespace'),
    scope: text(value, 'scope'),
    action: text(value, 'action'),
    dryRun: flagOf(value, 'dryRun') ?? false,
    rules: listOf(value, 'rules').map(rule => lists(rule).map(clause => lists(clause).map(match))),
    rawRules: field(value, 'rules') ?? null,
  }
}

function certificate(value: unknown): ZtunnelCertificate {
  return {
    pem: text(value, 'pem'),
    serialNumber: text(value, 'serialNumber'),
    validFrom: text(value, 'validFrom'),
    expirationTime: text(value, 'expirationTime'),
  }
}

function identity(value: unknown): ZtunnelIdentity {
  const state = field(value, 'state')
  const roots = field(value, 'rootCerts')
  return {
    identity: text(value, 'identity'),
    state: typeof state === 'string' ? state : state === undefined ? '' : JSON.stringify(state),
    certChain: listOf(value, 'certChain').map(certificate),
    ...definedFields({rootCerts: Array.isArray(roots) ? roots.map(certificate) : undefined}),
  }
}

function connection(value: unknown): ZtunnelInbound {
  return {
    src: text(value, 'src'),
    originalDst: text(value, 'originalDst'),
    actualDst: text(value, 'actualDst'),
    protocol: text(value, 'protocol'),
  }
}

function podState([uid, value]: readonly [string, unknown]): ZtunnelPodState {
  return {
    uid,
    state: text(value, 'state'),
    name: text(value, 'info', 'name'),
    namespace: text(value, 'info', 'namespace'),
    trustDomain: text(value, 'info', 'trustDomain'),
    serviceAccount: text(value, 'info', 'serviceAccount'),
    inbound: listOf(value, 'connections', 'inbound').map(connection),
    outbound: listOf(value, 'connections', 'outbound').map(connection),
  }
}

/** The value of a key written in any case. */
function anyCase(dump: unknown, name: string): unknown {
  if (!isObject(dump)) return undefined
  const key = Object.keys(dump).find(each => each.toLowerCase() === name.toLowerCase())
  return key === undefined ? undefined : dump[key]
}

/** ztunnel's config_dump of a document that was parsed already, of any release; sections that are missing are empty. */
export function readZtunnelDump(document: unknown): ZtunnelDump {
  const json = anyCase(document, 'workloadState') === undefined ? withLaterKeys(document) : document
  const states = anyCase(json, 'workloadState')
  return {
    workloads: entries(json, 'workloads').map(workload),
    services: entries(json, 'services').map(service),
    policies: entries(json, 'policies').map(policy),
    identities: entries(json, 'certificates').map(identity),
    podStates: isObject(states) ? Object.entries(states).map(podState) : [],
    version: text(json, 'version', 'version'),
  }
}

/** ztunnel's config_dump: the document and what is in it; a page of something else is a gap. */
export function parseZtunnelDump(artifact: Artifact): Answer<{readonly json: unknown; readonly dump: ZtunnelDump}> {
  const {title} = evidenceRow('ztunnel.config_dump')
  const json = parseJson(artifact.bytes, title)
  if (!json.ok) return json
  const known = ['workloads', 'services', 'policies', 'workloadState']
  if (!known.some(name => anyCase(json.value, name) !== undefined))
    return missing(
      title,
      'unreadable',
      'it has no workloads, services or policies: it is not the config_dump of a ztunnel',
    )
  return answered({json: json.value, dump: readZtunnelDump(json.value)})
}
