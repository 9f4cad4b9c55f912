import {parseIstioVersion} from '../model/istio/istio-version.js'
import type {MeshVersions} from '../model/istio/mesh-versions.js'

/** Minor releases a proxy may be older than its control plane (istio.io, "Supported releases": the control plane can be one version ahead). */
const PROXY_BEHIND = 1

function minor(version: string): number | undefined {
  return parseIstioVersion(version)?.minor
}

/** What the versions of a mesh show: proxies too old or newer than their control plane, and a client of another release. */
export function versionFindings({client, controlPlanes, dataPlanes}: MeshVersions): readonly string[] {
  const planes = controlPlanes.map(minor).filter(number => number !== undefined)
  const newest = planes.length === 0 ? undefined : Math.max(...planes)
  const proxies = dataPlanes.flatMap(({version, proxies: count}) => {
    const own = minor(version)
    if (own === undefined || newest === undefined) return []
    const who = `${count} ${count === 1 ? 'proxy is' : 'proxies are'} of ${version}`
    if (own > newest) return [`${who}, newer than the control plane (1.${newest}): upgrade the control plane first`]
    return newest - own > PROXY_BEHIND
      ? [
          `${who}, ${newest - own} minor releases behind the control plane (1.${newest}): at most ${PROXY_BEHIND} is supported. Restart those workloads to inject them again`,
        ]
      : own < newest
        ? [
            `${who}, behind the control plane (1.${newest}) and supported; restart those workloads to bring them up to date`,
          ]
        : []
  })
  const mine = client === undefined ? undefined : minor(client)
  const skew =
    mine !== undefined && newest !== undefined && Math.abs(mine - newest) > 1
      ? [
          `istioctl ${client} is ${Math.abs(mine - newest)} minor releases from the control plane: use one at most one release away`,
        ]
      : []
  const all = [...proxies, ...skew]
  return all.length > 0 ? all : ['the versions fit together']
}
