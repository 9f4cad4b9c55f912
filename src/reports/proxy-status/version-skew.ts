import {type IstioVersion, isOlder, parseIstioVersion} from '../../model/istio/istio-version.js'
import type {SyncProblem} from '../../model/istio/sync-problem.js'
import type {ProxyConnection} from '../../model/istio/sync-state.js'

/** Istio supports a proxy of its istiod's minor release or the one before, never a newer one (istio.io, "Supported releases", version skew). */
export function skewProblems(proxy: ProxyConnection, istiodVersion: string): readonly SyncProblem[] {
  const ours = parseIstioVersion(proxy.version)
  const theirs = parseIstioVersion(istiodVersion)
  if (ours === undefined || theirs === undefined || ours.major !== theirs.major) return []
  const behind = theirs.minor - ours.minor
  if (behind === 0 || behind === 1) return []
  const reason =
    behind < 0
      ? `the proxy (${proxy.version}) is newer than its istiod (${istiodVersion})`
      : `the proxy (${proxy.version}) is ${behind} minor releases behind its istiod (${istiodVersion})`
  const advice = behind < 0 ? 'Upgrade istiod first.' : "Restart the workload so that it gets istiod's proxy version."
  return [{kind: 'version-skew', proxy: proxy.id, types: [], reason, advice}]
}

/** The newest proxy of an istiod, and its release. */
export interface NewestProxy {
  readonly id: string
  readonly version: string
  readonly release: IstioVersion
}

/** The proxy with the newest release among those of one istiod; undefined when no release is known. */
export function newestProxy(proxies: readonly ProxyConnection[]): NewestProxy | undefined {
  let newest: NewestProxy | undefined
  for (const {id, version} of proxies) {
    const release = parseIstioVersion(version)
    if (release === undefined) continue
    if (newest === undefined || isOlder(newest.release, release.major, release.minor)) newest = {id, version, release}
  }
  return newest
}

/** The same where the version of istiod is unknown: it cannot support both its newest proxy and one more than a release behind that. */
export function skewBeside(proxy: ProxyConnection, newest: NewestProxy | undefined): readonly SyncProblem[] {
  const ours = parseIstioVersion(proxy.version)
  if (ours === undefined || newest === undefined || newest.release.major !== ours.major) return []
  const behind = newest.release.minor - ours.minor
  if (behind < 2) return []
  const reason = `the proxy (${proxy.version}) is ${behind} minor releases behind ${newest.id} (${newest.version}) on the same istiod, which supports its own release and the one before`
  const advice = "Restart the workload so that it gets istiod's proxy version."
  return [{kind: 'version-skew', proxy: proxy.id, types: [], reason, advice}]
}
