import type {OwnProxyReport} from '../../reports/own-proxy/report.js'
import type {Source} from '../../sources/source.js'

/** What a proxy says of itself, where there is no istiod to ask: outside Kubernetes, and in a file that holds only the proxy's own dump. */
export async function ownProxy(source: Source): Promise<OwnProxyReport | undefined> {
  const subject = source.impliedSubject
  if (subject === undefined || (await source.evidence('istiod.syncz', subject)).ok) return undefined
  if (!source.traits.live && !(await source.evidence('envoy.config_dump', subject)).ok) return undefined
  const {ownProxyReport} = await import('../../reports/own-proxy/report.js')
  const report = await ownProxyReport(source, subject)
  const empty = report.source === undefined && report.types.every(({count}) => count === 0)
  return empty && !source.traits.live ? undefined : report
}
