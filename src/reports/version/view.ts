import {humanCount} from '../../model/text/human-count.js'
import type {Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {ProxyVersion, VersionReport} from './report.js'

function counts(proxies: readonly ProxyVersion[]): string {
  const byVersion = new Map<string, number>()
  for (const {version} of proxies) {
    const label = version === '' ? 'unknown' : version
    byVersion.set(label, (byVersion.get(label) ?? 0) + 1)
  }
  const parts = [...byVersion]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([version, count]) => `${version} (${humanCount(count, 'proxy', 'proxies')})`)
  return parts.length === 0 ? 'none' : parts.join(', ')
}

function controlPlane({controlPlane}: VersionReport): readonly string[] {
  const known = controlPlane.filter(each => each.version !== '')
  const versions = new Set(known.map(each => each.version))
  if (versions.size === 1) return [`control plane version: ${[...versions][0]}`]
  return known.map(({istiod, version}) => `${istiod} version: ${version}`)
}

/** A ztunnel tells istiod no version: istioctl leaves it out. */
function saysVersion({kind, version}: ProxyVersion): boolean {
  return kind !== 'ztunnel' || version !== ''
}

function proxyType(kind: string): string {
  return kind === 'router' ? 'gateway' : kind
}

/** istioctl's lines and JSON keys, plus unsupported version combinations. */
export const versionView: View<VersionReport> = {
  namedBy: 'PROXY',
  doc(report, form) {
    const remote = report.controlPlane.length > 0
    const lines: Cell[] = [
      `client version: ${report.client}`,
      ...controlPlane(report),
      ...(remote ? [`data plane version: ${counts(report.proxies.filter(saysVersion))}`] : []),
      ...report.skew.map(text => ({text: `warning: ${text}`, tone: 'warn'}) as const),
    ]
    if (form !== 'wide') return [{block: 'text', lines}]
    const rows = report.proxies.map(({id, kind, version}) => [id, proxyType(kind), version])
    return [
      {block: 'text', lines},
      {block: 'table', style: 'columns', header: ['PROXY', 'TYPE', 'VERSION'], rows},
    ]
  },
  data: report => ({
    clientVersion: {version: report.client},
    ...(report.controlPlane.length === 0
      ? {}
      : {
          meshVersion: report.controlPlane.map(({istiod, revision, version}) => ({
            Component: istiod,
            Revision: revision,
            Info: {version},
          })),
          dataPlaneVersion: report.proxies.map(({id, kind, version}) => ({
            ID: id,
            IstioVersion: version,
            Type: proxyType(kind),
          })),
          skew: report.skew,
        }),
  }),
}
