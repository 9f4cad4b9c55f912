import type {SyncProblem} from '../../model/sync-problem.js'
import type {ProxyConnection} from '../../model/sync-state.js'

function minor(version: string): {readonly major: number; readonly minor: number} | undefined {
  const match = /^v?(\d+)\.(\d+)\b/.exec(version)
  return match === null ? undefined : {major: Number(match[1]), minor: Number(match[2])}
}

/** Istio supports a proxy of its istiod's minor release or the one before, never a newer one (istio.io, "Supported releases", version skew). */
export function skewProblems(proxy: ProxyConnection, istiodVersion: string): readonly SyncProblem[] {
  const ours = minor(proxy.version)
  const theirs = minor(istiodVersion)
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

/**
 * The same where istiod's version is not known: proxies of one istiod whose releases lie further apart than it supports cannot all be supported, so the
 * oldest is named.
 */
export function skewBeside(proxy: ProxyConnection, others: readonly ProxyConnection[]): readonly SyncProblem[] {
  const ours = minor(proxy.version)
  if (ours === undefined) return []
  const newest = others
    .flatMap(({id, version}) => {
      const found = minor(version)
      return found === undefined || found.major !== ours.major ? [] : [{id, version, minor: found.minor}]
    })
    .reduce<{id: string; version: string; minor: number} | undefined>(
      (best, each) => (best === undefined || each.minor > best.minor ? each : best),
      undefined,
    )
  if (newest === undefined || newest.minor - ours.minor < 2) return []
  const behind = newest.minor - ours.minor
  const reason = `the proxy (${proxy.version}) is ${behind} minor releases behind ${newest.id} (${newest.version}) on the same istiod, which supports its own release and the one before`
  const advice = "Restart the workload so that it gets istiod's proxy version."
  return [{kind: 'version-skew', proxy: proxy.id, types: [], reason, advice}]
}
