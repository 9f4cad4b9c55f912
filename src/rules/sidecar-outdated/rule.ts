import type {Severity} from '../../model/finding.js'
import {parseIstioVersion} from '../../model/istio/istio-version.js'
import {defineRule, type Found, PAGES} from '../rule.js'

/** A proxy may be one minor release behind istiod; one ahead of it is as bad as one two behind (istio.io, "Supported releases"). */
function severityOf(behind: number): Severity {
  if (behind === 1) return 'info'
  return behind > 2 ? 'error' : 'warning'
}

export const rule = defineRule({
  code: 'MCT1206',
  slug: 'sidecar-outdated',
  aliases: [],
  severity: 'warning',
  title: 'Sidecar and istiod are different releases',
  why: 'Istio supports proxies one minor release older than istiod; beyond that, new configuration may be rejected or misread.',
  fix: 'Restart the workload to inject the current release: kubectl rollout restart.',
  references: ['https://istio.io/latest/docs/releases/supported-releases/', PAGES.injecting],
  modes: ['sidecar', 'gateway', 'waypoint'],
  needs: ['controlPlane'],
  check: (_workload, {controlPlane}) =>
    controlPlane.connections.slice(0, 1).flatMap(({version, istiodVersion}): Found[] => {
      const proxy = parseIstioVersion(version)
      const istiod = parseIstioVersion(istiodVersion)
      if (proxy === undefined || istiod === undefined || proxy.major !== istiod.major) return []
      const behind = istiod.minor - proxy.minor
      if (behind === 0) return []
      const older = behind > 0
      return [
        {
          severity: severityOf(behind),
          message: `The proxy runs ${version}, ${Math.abs(behind)} minor ${behind === 1 || behind === -1 ? 'release' : 'releases'} ${older ? 'older' : 'newer'} than istiod ${istiodVersion}.`,
          proof: [{from: "istiod's syncz", text: `istio_version: ${version}`}],
        },
      ]
    }),
})
