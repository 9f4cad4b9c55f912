import {definedFields} from '../../model/collections/defined-fields.js'
import type {
  ZtunnelCertificate,
  ZtunnelIdentity,
  ZtunnelPodState,
  ZtunnelPolicy,
  ZtunnelService,
  ZtunnelWorkload,
} from '../../model/istio/ztunnel.js'

/** The fields that are not empty. */
function filled(fields: Readonly<Record<string, string | readonly string[] | object | undefined>>): object {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  )
}

/** A workload as `istioctl ztunnel-config workload -o json` writes it. */
export function workloadDocument(workload: ZtunnelWorkload): object {
  const {uid, workloadIps, waypoint, networkGateway, protocol, name, namespace, serviceAccount} = workload
  const {workloadName, workloadType, canonicalName, canonicalRevision, clusterId, trustDomain} = workload
  const {locality, node, network, status, hostname, capacity, applicationTunnel, authorizationPolicies} = workload
  return {
    uid,
    workloadIps,
    ...filled({waypoint, networkGateway}),
    protocol,
    name,
    namespace,
    serviceAccount,
    workloadName,
    workloadType,
    canonicalName,
    canonicalRevision,
    clusterId,
    ...filled({trustDomain}),
    locality: filled({...locality}),
    node,
    ...filled({network}),
    status,
    hostname,
    capacity,
    applicationTunnel,
    ...filled({authorizationPolicies}),
  }
}

/** A service as `istioctl ztunnel-config service -o json` writes it. */
export function serviceDocument(service: ZtunnelService): object {
  const {name, namespace, hostname, vips, cidrVips, ports, loadBalancer, waypoint, endpoints} = service
  const {subjectAltNames, ipFamilies, canonical, visibility} = service
  return {
    name,
    namespace,
    hostname,
    vips,
    ...filled({cidrVips}),
    ports,
    ...filled({loadBalancer, waypoint}),
    endpoints: Object.fromEntries(
      Object.entries(endpoints).map(([uid, {workloadUid, service: of, address, port}]) => [
        uid,
        {
          workloadUid,
          service: of,
          ...definedFields({address: address === undefined || address === null ? undefined : address}),
          port,
        },
      ]),
    ),
    ...filled({subjectAltNames}),
    ipFamilies,
    ...definedFields({canonical: canonical ? canonical : undefined}),
    ...filled({visibility}),
  }
}

/** A policy as `istioctl ztunnel-config policy -o json` writes it. */
export function policyDocument({name, namespace, scope, action, rawRules}: ZtunnelPolicy): object {
  return {name, namespace, scope, action, rules: rawRules}
}

function certificate({pem, serialNumber, validFrom, expirationTime}: ZtunnelCertificate): object {
  return {pem, serialNumber, validFrom, expirationTime}
}

/** The certificates of an identity as `istioctl ztunnel-config certificate -o json` writes them. */
export function identityDocument({identity, state, certChain, rootCerts}: ZtunnelIdentity): object {
  return {identity, state, certChain: certChain.map(certificate), rootCerts: rootCerts?.map(certificate) ?? null}
}

/** A pod's connections as `istioctl ztunnel-config connections -o json` writes them. */
export function connectionsDocument(pod: ZtunnelPodState): object {
  const {state, inbound, outbound, name, namespace, trustDomain, serviceAccount} = pod
  return {
    ...filled({state}),
    connections: {inbound, outbound},
    info: {name, namespace, trustDomain, serviceAccount},
  }
}
