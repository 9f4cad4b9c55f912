import {istioProtocol, sameInProxy} from '../../analysis/ports/istio-protocol.js'
import {boundPorts} from '../../analysis/ports/service-ports.js'
import {isTemplated} from '../../model/text/templated.js'
import {defineRule, PAGES} from '../rule.js'
import {byAge, type Claim, claimsText, claimText, clashes, severityOf, verdict} from './claims.js'

export const rule = defineRule({
  code: 'MCT1103',
  slug: 'service-protocol-clash',
  aliases: ['IST0116'],
  severity: 'error',
  title: 'Service ports declare different protocols for one port',
  why: 'A container port has one inbound listener: istiod uses the protocol of the oldest Service, and of its first port, and ignores the others, so their clients are served with the wrong protocol, and policies for the declared protocol do not apply.',
  fix: 'Declare the same protocol for all Service ports that target it: the same appProtocol, or the same prefix of the port name; or give each protocol a container port of its own.',
  references: [PAGES.requirements, PAGES.protocols],
  modes: ['sidecar'],
  machines: true,
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
