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

/** Its host name as far as it tells Services apart: in it a dot follows the name, and a hyphen sorts before that dot. */
function hostOf({object}: ServiceModel): string {
  return `${object.name}.${object.namespace}.svc`
}

/** The oldest Service wins; of equal age, which is told in seconds, the first by host name (istiod, Proxy.SetServiceTargets). */
function byAge({bound: {service: left}}: Claim, {bound: {service: right}}: Claim): number {
  return byText(left.createdAt ?? '', right.createdAt ?? '') || byText(hostOf(left), hostOf(right))
}

function spoken({protocol}: Claim): string {
  return protocol === 'unknown' ? 'not told' : protocol
}

function words(claim: Claim): string {
  const {service, port} = claim.bound
  const told = port.appProtocol === undefined ? `name ${port.name ?? '(none)'}` : `appProtocol ${port.appProtocol}`
  return `Service ${service.object.name}:${port.port} says ${spoken(claim)} (${told})`
}

/** Only Services of a cluster have an age; of those in files the one created first will win. */
function verdict({bound: {service}}: Claim, other: Claim): string {
  const [own, others] = [service.createdAt, other.bound.service.createdAt]
  if (own === undefined || others === undefined) return 'the one that is created first wins'
  return own === others
    ? `${service.object.name} wins: they were created in the same second, and its host name comes first`
    : `the older one, ${service.object.name}, wins`
}

export const rule = defineRule({
  code: 'MCT1103',
  slug: 'service-protocol-clash',
  aliases: ['IST0116'],
  severity: 'error',
  title: 'Two Services give one port two protocols',
  why: 'A pod has one inbound listener per port, so istiod keeps the protocol of the oldest Service and drops the others: their clients are served with the wrong protocol, and policies for it do not apply.',
  fix: 'Give the ports of both Services the same protocol: the same appProtocol, or the same prefix of the port name.',
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
          // What nobody tells is sniffed: HTTP is read as HTTP then, whoever wins.
          ...([winner, loser].some(({protocol}) => protocol === 'unknown') ? {severity: 'warning' as const} : {}),
          message: `Port ${target} is ${spoken(winner)} for Service ${winner.bound.service.object.name} and ${spoken(loser)} for Service ${loser.bound.service.object.name}; ${verdict(winner, loser)}.`,
          object: loser.bound.service.object,
          path: `${loser.bound.port.path}.name`,
          proof: [winner, ...against].map(claim => ({from: claim.bound.port.path, text: words(claim)})),
        },
      ]
    })
  },
})
