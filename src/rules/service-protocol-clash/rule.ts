import {type IstioProtocol, istioProtocol, sameInProxy} from '../../analysis/ports/istio-protocol.js'
import {type BoundPort, boundPorts} from '../../analysis/ports/service-ports.js'
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
function verdict({bound: {service}}: Claim, other: Claim): string {
  const [own, others] = [service.createdAt, other.bound.service.createdAt]
  if (own === undefined || others === undefined) return 'the one created first takes precedence'
  return own === others
    ? `${service.object.name} takes precedence: both were created in the same second, and its host name sorts first`
    : `the older one, ${service.object.name}, takes precedence`
}

export const rule = defineRule({
  code: 'MCT1103',
  slug: 'service-protocol-clash',
  aliases: ['IST0116'],
  severity: 'error',
  title: 'Two Services declare different protocols for one port',
  why: 'istiod uses the protocol of the oldest Service for the inbound listener and ignores the others: their clients are served with the wrong protocol, and policies for it do not apply.',
  fix: 'Declare the same protocol for the ports of both Services: the same appProtocol, or the same prefix of the port name.',
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
    return [...byTarget].flatMap(([target, claims]) => {
      const [winner, ...others] = [...claims].sort(byAge)
      const against = others.filter(
        ({bound, protocol}) =>
          winner !== undefined &&
          !sameInProxy(protocol, winner.protocol) &&
          bound.service.object.name !== winner.bound.service.object.name,
      )
      const [loser] = against
      if (winner === undefined || loser === undefined) return []
      return [
        {
          // Without a declared protocol Envoy detects HTTP, whichever Service takes precedence.
          ...([winner, loser].some(({protocol}) => protocol === 'unknown') ? {severity: 'warning' as const} : {}),
          message: `Port ${target} is ${protocolText(winner)} for Service ${winner.bound.service.object.name} and ${protocolText(loser)} for Service ${loser.bound.service.object.name}; ${verdict(winner, loser)}.`,
          object: loser.bound.service.object,
          path: `${loser.bound.port.path}.name`,
          proof: [winner, ...against].map(claim => ({from: claim.bound.port.path, text: claimText(claim)})),
        },
      ]
    })
  },
})
