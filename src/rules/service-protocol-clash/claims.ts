import {type IstioProtocol, isPassthrough, sameInProxy} from '../../analysis/ports/istio-protocol.js'
import type {BoundPort} from '../../analysis/ports/service-ports.js'
import type {Severity} from '../../model/finding.js'
import type {ServiceModel} from '../../model/kube/kube-service.js'
import {byText} from '../../model/text/order.js'

/** A Service port and the protocol it declares for its target. */
export interface Claim {
  readonly bound: BoundPort
  readonly protocol: IstioProtocol
}

/** The host name as istiod sorts it: a dot follows the name, and a hyphen sorts before the dot. */
function hostOf({object}: ServiceModel): string {
  return `${object.name}.${object.namespace}.svc`
}

/** The oldest Service wins; of equal age (in seconds), the first by host name (istiod, Proxy.SetServiceTargets). */
export function byAge({bound: {service: left}}: Claim, {bound: {service: right}}: Claim): number {
  return byText(left.createdAt ?? '', right.createdAt ?? '') || byText(hostOf(left), hostOf(right))
}

function protocolText({protocol}: Claim): string {
  return protocol === 'unknown' ? 'not declared' : protocol
}

/** What the Service port declares, and by which field. */
export function claimText(claim: Claim): string {
  const {service, port} = claim.bound
  const declaredBy =
    port.appProtocol === undefined ? `name ${port.name ?? '(none)'}` : `appProtocol ${port.appProtocol}`
  return `Service ${service.object.name}:${port.port} declares ${protocolText(claim)} (${declaredBy})`
}

/** Only Services of a cluster have a creation time; in files it is unknown which comes first. */
export function verdict({bound: {service, port}}: Claim, other: Claim): string {
  if (hostOf(service) === hostOf(other.bound.service))
    return `the port listed first, ${service.object.name}:${port.port}, takes precedence`
  const [own, others] = [service.createdAt, other.bound.service.createdAt]
  if (own === undefined || others === undefined) return 'the one created first takes precedence'
  return own === others
    ? `${service.object.name} takes precedence: both were created in the same second, and its host name sorts first`
    : `the older one, ${service.object.name}, takes precedence`
}

/** Without a declared protocol Envoy detects HTTP; two ports of one Service as HTTP and HTTPS are common where a load balancer ends TLS. */
export function severityOf(a: Claim, b: Claim): Severity {
  if (a.protocol === 'unknown' || b.protocol === 'unknown') return 'warning'
  const tls = isPassthrough(a.protocol) !== isPassthrough(b.protocol)
  return tls && hostOf(a.bound.service) === hostOf(b.bound.service) ? 'warning' : 'error'
}

/** Every pair of claims that the proxy treats differently, with the claim that takes precedence first. */
export function clashes(claims: readonly Claim[]): readonly (readonly [Claim, Claim])[] {
  return claims.flatMap((first, index) =>
    claims
      .slice(index + 1)
      .filter(({protocol}) => !sameInProxy(protocol, first.protocol))
      .map(second => [first, second] as const),
  )
}

/** The claims of a port in one clause: `HTTP for Service a and GRPC for Service b`; ports are named where one Service has several. */
export function claimsText(claims: readonly Claim[]): string {
  const several = new Set(claims.map(({bound}) => hostOf(bound.service))).size < claims.length
  const texts = claims.map(claim => {
    const {service, port} = claim.bound
    return `${protocolText(claim)} for Service ${service.object.name}${several ? `:${port.port}` : ''}`
  })
  return `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`
}
