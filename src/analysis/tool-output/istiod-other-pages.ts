import type {OtherIstiodPage} from '../../model/evidence/debug-page.js'
import {humanCount} from '../../model/text/human-count.js'
import {grouped} from './grouped.js'

function pushContext(page: Extract<OtherIstiodPage, {page: 'pushcontext'}>): readonly string[] {
  const shown = page.gateways.map(({network, address}) => `network ${network} is reached through ${address}`)
  return [
    `istiod knows ${humanCount(page.gateways.length, 'gateway')} to other networks${page.gateways.length === 0 ? ': endpoints of other networks are called directly' : ''}`,
    ...shown,
    ...page.unresolved.map(
      ({network, address}) =>
        `the gateway ${address} of network ${network} is a name that istiod resolves: without an address endpoints behind it are left out`,
    ),
  ]
}

function sentences(page: OtherIstiodPage): readonly string[] {
  if (page.page === 'pushcontext') return pushContext(page)
  if (page.page === 'telemetryz')
    return [
      `istiod knows ${humanCount(page.names.length, 'Telemetry', 'Telemetries')}${page.names.length === 0 ? '' : `: ${page.names.join(', ')}`}; those in ${page.root === '' ? 'the root namespace' : page.root} are for the whole mesh`,
    ]
  if (page.page === 'instancesz') {
    const none = page.proxies.filter(({hosts}) => hosts.length === 0).map(({proxy}) => proxy)
    return [
      `${humanCount(page.proxies.length, 'proxy', 'proxies')} with the Services they belong to`,
      ...grouped(
        none.map(proxy => `${proxy} belongs to no Service: it gets no inbound cluster for one`),
        'proxies',
      ),
    ]
  }
  if (page.page === 'cachez')
    return [
      `what istiod keeps built, so that it need not build it again: ${page.kinds.map(({type, size}) => `${type} ${size}`).join(', ')}; it says nothing of what proxies have`,
    ]
  if (page.page === 'inject')
    return [`templates of the injector: ${page.names.join(', ')}; a pod chooses them with inject.istio.io/templates`]
  if (page.page === 'version') return [`istiod is of release ${page.release} (commit ${page.commit})`]
  return [
    `the index of istiod's debug pages, without their content: ${humanCount(page.links.length, 'link')}`,
    'a page is read with kubectl exec -n istio-system deploy/istiod -- pilot-discovery request GET /debug/syncz',
  ]
}

/** What istiod's pages of its push context, telemetry, instances, cache, templates and version say. */
export function otherIstiodPageFindings(pages: readonly OtherIstiodPage[]): readonly string[] {
  return pages.flatMap(sentences)
}
