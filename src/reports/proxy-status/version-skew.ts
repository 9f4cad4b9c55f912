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
