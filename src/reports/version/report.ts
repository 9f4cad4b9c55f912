import {listingOnce} from '../../evidence/asked-once.js'
import {askIstiods, runningIstiods} from '../../evidence/control-plane/istiods.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import type {Gap} from '../../model/evidence/answer.js'
import {missing} from '../../model/evidence/answer.js'
import {BUILT_IN} from '../../model/evidence/provenance.js'
import {parseIstioVersion} from '../../model/istio/istio-version.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'

export interface VersionScope {
  readonly client: string
  readonly istioNamespace: string
  readonly revision: string | undefined
}

export interface ControlPlaneVersion {
  readonly istiod: string
  readonly revision: string
  readonly version: string
}

export interface ProxyVersion {
  readonly id: string
  readonly kind: string
  readonly version: string
}

export interface VersionReport extends Report {
  readonly client: string
  readonly controlPlane: readonly ControlPlaneVersion[]
  readonly proxies: readonly ProxyVersion[]
  /** One sentence per unsupported version combination. */
  readonly skew: readonly string[]
}

/** Istio supports proxies up to two minor releases older than the control plane, and none that is newer (istio.io, "Supported releases"). */
function skewOf(controlPlane: readonly ControlPlaneVersion[], proxies: readonly ProxyVersion[]): readonly string[] {
  const planes = new Set(controlPlane.map(each => each.version).filter(version => version !== ''))
  const newest = [...planes].map(version => parseIstioVersion(version)).filter(version => version !== undefined)
  const minor = Math.max(...newest.map(version => version.minor))
  const away = (proxy: ProxyVersion) => minor - (parseIstioVersion(proxy.version)?.minor ?? minor)
  const old = proxies.filter(proxy => away(proxy) > 2).length
  const newer = proxies.filter(proxy => away(proxy) < 0).length
  return [
    ...(planes.size > 1 ? [`istiods run different versions: ${[...planes].sort().join(', ')}`] : []),
    ...(newest.length > 0 && old > 0
      ? [`${old} proxies are more than two minor releases behind the control plane`]
      : []),
    ...(newest.length > 0 && newer > 0 ? [`${newer} proxies are newer than the control plane`] : []),
  ]
}

/** The versions of the client and, as far as the source has them, of the control plane and every proxy. */
export async function versionReport(given: Source, scope: VersionScope): Promise<VersionReport> {
  const source = noted(given)
  const once = listingOnce(source)
  const gaps: Gap[] = []
  const found = await runningIstiods(once, scope)
  if (!found.ok) gaps.push({...found.gap, what: 'versions of the control plane and the proxies'})
  const running = found.ok ? found.value : []
  if (found.ok && running.length === 0) {
    const detail = `no running istiod in namespace ${scope.istioNamespace}`
    gaps.push(
      missing(
        'versions of the control plane and the proxies',
        'not-found',
        detail,
        'Specify its namespace with -i or its revision with -r.',
      ).gap,
    )
  }
  const istiods = await askIstiods(once, running)
  gaps.push(...istiods.flatMap(({silent, unversioned}) => silent ?? unversioned ?? []))
  const controlPlane = istiods.map(({label, revision, version}) => ({istiod: label, revision, version}))
  const proxies = istiods.flatMap(istiod => istiod.proxies).map(({id, kind, version}) => ({id, kind, version}))
  const unversioned = proxies.filter(({kind, version}) => kind === 'ztunnel' && version === '')
  return {
    ...answeredFrom(source),
    gaps,
    notes: unversioned.map(({id}) => `${id} reports no version to istiod, and its image tag contains none`),
    client: scope.client,
    controlPlane,
    proxies,
    skew: skewOf(controlPlane, proxies),
  }
}

/** The report without a source: the client version, and why the source could not be opened. */
export function clientVersion(client: string, refused?: Error): VersionReport {
  const what = 'versions of the control plane and the proxies'
  const gaps = refused === undefined ? [] : [missing(what, 'unreachable', refused.message).gap]
  return {
    origin: {kind: 'memory', label: 'this program'},
    provenance: BUILT_IN,
    gaps,
    notes: [],
    client,
    controlPlane: [],
    proxies: [],
    skew: [],
  }
}
