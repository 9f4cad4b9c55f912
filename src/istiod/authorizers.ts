import type {DecisionSetting} from '../analysis/authorization/decide.js'
import type {ProviderUse} from '../model/istio/authorization.js'
import {everyTrustDomain, inEveryTrustDomain} from './rbac/trust-domains.js'
import type {IstioState} from './state.js'

type Known = Pick<IstioState, 'settings' | 'hosts'>

/** Whether the registry lacks the Service of a provider; one in a namespace of which no Service is known may be there. */
function isMissing({settings, hosts}: Known, service: string): boolean {
  const slash = service.indexOf('/')
  const host = service.slice(slash + 1)
  const suffix = `.svc.${settings.clusterDomain}`
  if (!host.endsWith(suffix)) return false
  const namespace = slash < 0 ? host.slice(0, -suffix.length).split('.').at(-1) : service.slice(0, slash)
  const near = hosts.filter(each => each.namespace === namespace)
  return near.length > 0 && near.every(each => each.host !== host)
}

/**
 * What istiod makes of CUSTOM policies with a provider: one that MeshConfig or the registry lacks refuses what they match, and one for HTTP
 * is not asked on TCP, where they do nothing (istio.io, "External Authorization").
 */
export function providerUse(known: Known, provider: string, tcp: boolean): ProviderUse {
  const found = known.settings.authorizers.find(each => each.name === provider)
  if (found === undefined || isMissing(known, found.service)) return 'refused'
  return tcp && found.http ? 'ignored' : 'asked'
}

/** What stands around the policies of a mesh when they decide by the objects alone. */
export function decisionSetting(known: Known): DecisionSetting {
  const {trustDomains} = known.settings
  return {
    twins: principal => inEveryTrustDomain(principal, trustDomains),
    domains: trustDomain => everyTrustDomain(trustDomain, trustDomains),
    provider: (name, tcp) => providerUse(known, name, tcp),
  }
}
