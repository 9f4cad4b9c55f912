import {type IstioProtocol, isPassthrough, istioProtocol, sameInProxy} from '../../analysis/ports/istio-protocol.js'
import {type BoundPort, boundPorts} from '../../analysis/ports/service-ports.js'
import type {Severity} from '../../model/finding.js'
import type {ServiceModel} from '../../model/kube-service.js'
import {byText} from '../../model/order.js'
import {isTemplated} from '../../model/templated.js'
import {defineRule, PAGES} from '../rule.js'

interface Claim {
  readonly bound: BoundPort
  readonly protocol: IstioProtocol
}

/** The host name as istiod sorts it: a dot follows the name, and a hyphen sorts before the dot. */
function hostOf({object}: ServiceModel): string {
  return `${object.name}.${object.namespace}.svc`
}

/** The oldest Service wins; of equal age (in seconds), the first by host name (istiod, Proxy.SetServiceTargets). */
function byAge({bound: {service: left}}: Claim, {bound: {service: right}}: Claim): number {
  return byText(left.createdAt ?? '', right.createdAt ?? '') || byText(hostOf(left), hostOf(right))
}

function protocolText({protocol}: Claim): string {
  return protocol === 'unknown' ? 'not declared' : protocol
}

function claimText(claim: Claim): string {
  const {service, port} = claim.bound
  const declaredBy =
    port.appProtocol === undefined ? `name ${port.name ?? '(none)'}` : `appProtocol ${port.appProtocol}`
  return `Service ${service.object.name}:${port.port} declares ${protocolText(claim)} (${declaredBy})`
}

/** Only Services of a cluster have a creation time; in files it is unknown which comes first. */
function verdict({bound: {service, port}}: Claim, other: Claim): string {
  if (hostOf(service) === hostOf(other.bound.service))
    return `the port listed first, ${service.object.name}:${port.port}, takes precedence`
  const [own, others] = [service.createdAt, other.bound.service.createdAt]
  if (own === undefined || others === undefined) return 'the one created first takes precedence'
  return own === others
    ? `${service.object.name} takes precedence: both were created in the same second, and its host name sorts first`
    : `the older one, ${service.object.name}, takes precedence`
}

/** Without a declared protocol Envoy detects HTTP; two ports of one Service as HTTP and HTTPS are common where a load balancer ends TLS. */
function severityOf(a: Claim, b: Claim): Severity {
  if (a.protocol === 'unknown' || b.protocol === 'unknown') return 'warning'
  const tls = isPassthrough(a.protocol) !== isPassthrough(b.protocol)
  return tls && hostOf(a.bound.service) === hostOf(b.bound.service) ? 'warning' : 'error'
}

/** Every pair of claims that the proxy treats differently, with the claim that takes precedence first. */
function clashes(claims: readonly Claim[]): readonly (readonly [Claim, Claim])[] {
  return claims.flatMap((first, index) =>
    claims
      .slice(index + 1)
      .filter(({protocol}) => !sameInProxy(protocol, first.protocol))
      .map(second => [first, second] as const),
  )
}

/** The claims of a port in one clause: `HTTP for Service a and GRPC for Service b`; ports are named where one Service has several. */
function claimsText(claims: readonly Claim[]): string {
  const several = new Set(claims.map(({bound}) => hostOf(bound.service))).size < claims.length
  const texts = claims.map(claim => {
    const {service, port} = claim.bound
    return `${protocolText(claim)} for Service ${service.object.name}${several ? `:${port.port}` : ''}`
  })
  return `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`
}

export const rule = defineRule({
  code: 'MCT1103',
  slug: 'service-protocol-clash',
  aliases: ['IST0116'],
  severity: 'error',
  title: 'Service ports declare different protocols for one port',
  why: 'A container port has one inbound listener: istiod uses the protocol of the oldest Service, and of its first port, and ignores the others, so their clients are served with the wrong protocol, and policies for it do not apply.',
  fix: 'Declare the same protocol for all Service ports that target it: the same appProtocol, or the same prefix of the port name; or give each protocol a container port of its own.',
  references: [PAGES.requirements, PAGES.protocols],
  modes: ['sidecar', 'ambient'],
  needs: ['services'],
  check: ({pod}, {services}) => {
    const byTarget = new Map<number, Claim[]>()
    for (const bound of boundPorts(pod, services)) {
      if (bound.target === undefined || bound.port.protocol !== 'TCP') continue
      if (isTemplated(bound.port.appProtocol ?? bound.port.name ?? '')) continue
      const claims = byTarget.get(bound.target) ?? []
      byTarget.set(bound.target, [...claims, {bound, protocol: istioProtocol(bound.port)}])
    }
    return [...byTarget].flatMap(([target, held]) => {
      const claims = [...held].sort(byAge)
      const pairs = clashes(claims)
      const worst = pairs.find(([a, b]) => severityOf(a, b) === 'error') ?? pairs[0]
      const [winner] = claims
      if (winner === undefined || worst === undefined) return []
      // Claims that agree with an earlier one of the clash add nothing.
      const shown = claims.filter(
        (claim, index) => !claims.slice(0, index).some(each => sameInProxy(each.protocol, claim.protocol)),
      )
      const loser = shown.find(claim => claim !== winner && worst.includes(claim)) ?? worst[1]
      return [
        {
          severity: severityOf(...worst),
          message: `Port ${target} is ${claimsText(shown)}; ${verdict(winner, loser)}.`,
          object: loser.bound.service.object,
          path: `${loser.bound.port.path}.name`,
          proof: [winner, ...claims.filter(claim => claim !== winner && pairs.some(pair => pair.includes(claim)))].map(
            claim => ({from: claim.bound.port.path, text: claimText(claim)}),
          ),
        },
      ]
    })
  },
})
