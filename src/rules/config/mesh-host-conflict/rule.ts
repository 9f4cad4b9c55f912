import {virtualServicesByScope} from '../../../analysis/istio-config/mesh-hosts.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import {hostsOverlap} from '../../../model/istio-config/host-pattern.js'
import type {VirtualServiceConfig} from '../../../model/istio-config/virtual-service.js'
import {byText} from '../../../model/text/order.js'
import type {ConfigFound} from '../config-rule.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

function usedOne(some: readonly VirtualServiceConfig[]): string {
  if (some.some(({object}) => object.createdAt === '')) return 'only the oldest is used'
  const [first] = [...some].sort((a, b) => byText(a.object.createdAt, b.object.createdAt))
  return first === undefined ? '' : `only the oldest is used, ${fullName(first.object)}`
}

export const rule: ConfigRule = {
  code: 'MCT2017',
  slug: 'mesh-host-conflict',
  aliases: ['IST0109'],
  severity: 'error',
  title: 'Several VirtualServices define one mesh host',
  why: 'Istiod merges no VirtualServices for sidecars: it uses the oldest and ignores the others.',
  fix: 'Put the routes into one VirtualService, or limit them with exportTo.',
  references: [analysisPage('IST0109')],
  kinds: ['VirtualService'],
  check: set => {
    const scopes = virtualServicesByScope(set.virtualServices())
    const shared = [...(scopes.get('*') ?? [])]
    const found = new Map<VirtualServiceConfig, ConfigFound>()
    for (const [scope, hosts] of scopes) {
      for (const [host, own] of hosts) {
        const others =
          scope === '*' ? [] : shared.filter(([other]) => hostsOverlap(host, other)).flatMap(([, some]) => some)
        const all = [...new Set([...own, ...others])]
        if (all.length < 2) continue
        const names = all.map(({object}) => fullName(object)).sort(byText)
        const message = `${names.join(', ')} define host ${host} for sidecars: ${usedOne(all)}.`
        for (const each of all) {
          if (!found.has(each)) found.set(each, {object: each.object, path: 'spec.hosts', message})
        }
      }
    }
    return [...found.values()]
  },
}
