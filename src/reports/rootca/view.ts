import {podLabel} from '../../model/kube-object.js'
import type {Doc} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {RootCaReport} from './report.js'

function verdict({pods, shared}: RootCaReport): string {
  const both = `Both [${podLabel(pods[0])}] and [${podLabel(pods[1])}] have the`
  return shared.length > 0
    ? `${both} identical ROOTCA, theoretically the connectivity between them is available`
    : `${both} non identical ROOTCA, theoretically the connectivity between them is unavailable`
}

function fingerprintTable({pods, roots, shared}: RootCaReport): Doc {
  const rows = pods.flatMap((pod, at) =>
    (roots[at] ?? []).map(print => [podLabel(pod), print, shared.includes(print) ? 'yes' : 'no']),
  )
  return [{block: 'table', style: 'columns', padding: 5, header: ['POD', 'ROOT CERTIFICATE (SHA-256)', 'SHARED'], rows}]
}

/** One sentence, as istioctl words it; wide adds the fingerprints. */
export const rootCaView: View<RootCaReport> = {
  doc: (report, form) => [
    {block: 'text', lines: [verdict(report)]},
    ...(form === 'wide' ? fingerprintTable(report) : []),
  ],
  data: ({pods, roots, shared}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'RootCaComparison',
    identical: shared.length > 0,
    pods: pods.map((pod, at) => ({name: podLabel(pod), fingerprints: roots[at]})),
  }),
}
