/** Part of an address: where traffic for a workload or Service is sent first. */
export interface ZtunnelGateway {
  /** `namespace/hostname` or `network/address`. */
  readonly destination: string
}

/** A workload as ztunnel has it from istiod (Istio, workload.proto); absent text is empty. */
export interface ZtunnelWorkload {
  readonly uid: string
  readonly name: string
  readonly namespace: string
  readonly workloadIps: readonly string[]
  readonly hostname: string
  readonly waypoint?: ZtunnelGateway
  readonly networkGateway?: ZtunnelGateway
  /** `HBONE` for a workload that a ztunnel serves, `TCP` for one outside. */
  readonly protocol: string
  readonly serviceAccount: string
  readonly workloadName: string
  readonly workloadType: string
  readonly canonicalName: string
  readonly canonicalRevision: string
  readonly clusterId: string
  readonly trustDomain: string
  readonly locality: {readonly region: string; readonly zone: string; readonly subzone: string}
  readonly node: string
  readonly network: string
  readonly networkMode: string
  readonly status: string
  readonly capacity: number
  readonly nativeTunnel: boolean
  readonly applicationTunnel: {readonly protocol: string; readonly port?: number}
  /** `namespace/name` of the policies that its ztunnel enforces by selector; policies of namespace and mesh apply besides. */
  readonly authorizationPolicies: readonly string[]
  /** `namespace/hostname` of its Services. */
  readonly services: readonly string[]
}

export interface ZtunnelEndpoint {
  readonly workloadUid: string
  readonly service: string
  readonly address: unknown
  /** Target ports by Service port. */
  readonly port: Readonly<Record<string, number>>
}

/** A Service or ServiceEntry host as ztunnel has it. */
export interface ZtunnelService {
  readonly name: string
  readonly namespace: string
  readonly hostname: string
  /** `network/address`. */
  readonly vips: readonly string[]
  /** `network/cidr`. */
  readonly cidrVips: readonly string[]
  readonly ports: Readonly<Record<string, number>>
  readonly loadBalancer?: {
    readonly mode: string
    readonly routingPreferences: readonly string[]
    readonly healthPolicy: string
  }
  readonly waypoint?: ZtunnelGateway
  readonly endpoints: Readonly<Record<string, ZtunnelEndpoint>>
  readonly subjectAltNames: readonly string[]
  readonly ipFamilies: string
  readonly canonical: boolean
  readonly visibility: string
}

/** How a policy compares text (Istio, authorization.proto, StringMatch). */
export type ZtunnelStringMatch =
  | {readonly kind: 'exact' | 'prefix' | 'suffix'; readonly value: string}
  | {readonly kind: 'presence'}

export interface ZtunnelServiceAccount {
  readonly namespace: string
  readonly serviceAccount: string
}

/** One match of a policy: every list that is not empty must hold; a match without any never holds (ztunnel, rbac.rs). */
export interface ZtunnelMatch {
  readonly namespaces: readonly ZtunnelStringMatch[]
  readonly notNamespaces: readonly ZtunnelStringMatch[]
  readonly serviceAccounts: readonly ZtunnelServiceAccount[]
  readonly notServiceAccounts: readonly ZtunnelServiceAccount[]
  readonly principals: readonly ZtunnelStringMatch[]
  readonly notPrincipals: readonly ZtunnelStringMatch[]
  readonly sourceIps: readonly string[]
  readonly notSourceIps: readonly string[]
  readonly destinationIps: readonly string[]
  readonly notDestinationIps: readonly string[]
  readonly destinationPorts: readonly number[]
  readonly notDestinationPorts: readonly number[]
}

/** A match without any field, which never holds. */
export const EMPTY_MATCH: ZtunnelMatch = {
  namespaces: [],
  notNamespaces: [],
  serviceAccounts: [],
  notServiceAccounts: [],
  principals: [],
  notPrincipals: [],
  sourceIps: [],
  notSourceIps: [],
  destinationIps: [],
  notDestinationIps: [],
  destinationPorts: [],
  notDestinationPorts: [],
}

/** A rule: every clause holds, of each some match; a rule without clauses always matches. */
export type ZtunnelRule = readonly (readonly ZtunnelMatch[])[]

/** A policy as ztunnel enforces it: some rule matches. */
export interface ZtunnelPolicy {
  readonly name: string
  readonly namespace: string
  readonly scope: 'Global' | 'Namespace' | 'WorkloadSelector' | string
  readonly action: 'Allow' | 'Deny' | string
  readonly dryRun: boolean
  readonly rules: readonly ZtunnelRule[]
  /** The rules as the dump has them. */
  readonly rawRules: unknown
}

export interface ZtunnelCertificate {
  readonly pem: string
  /** Decimal, as the dump has it. */
  readonly serialNumber: string
  readonly validFrom: string
  readonly expirationTime: string
}

/** The certificates ztunnel holds for one identity. */
export interface ZtunnelIdentity {
  readonly identity: string
  readonly state: string
  readonly certChain: readonly ZtunnelCertificate[]
  /** Absent where the dump has none: then the last of the chain is the root. */
  readonly rootCerts?: readonly ZtunnelCertificate[]
}

export interface ZtunnelInbound {
  readonly src: string
  readonly originalDst: string
  readonly actualDst: string
  readonly protocol: string
}

/** The connections of a pod in which ztunnel has sockets. */
export interface ZtunnelPodState {
  /** UID of the pod. */
  readonly uid: string
  readonly state: string
  readonly name: string
  readonly namespace: string
  readonly trustDomain: string
  readonly serviceAccount: string
  readonly inbound: readonly ZtunnelInbound[]
  readonly outbound: readonly ZtunnelInbound[]
}

/** What a ztunnel knows and does: its config_dump. */
export interface ZtunnelDump {
  readonly workloads: readonly ZtunnelWorkload[]
  readonly services: readonly ZtunnelService[]
  readonly policies: readonly ZtunnelPolicy[]
  readonly identities: readonly ZtunnelIdentity[]
  readonly podStates: readonly ZtunnelPodState[]
  readonly version: string
}
