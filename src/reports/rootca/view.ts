import {podLabel} from '../../model/kube/kube-object.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Doc} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {RootCaReport} from './report.js'

/** Sharing one of several roots is not having the same ones: a certificate under a root of one side alone is refused by the other. */
function verdict({pods, roots, shared}: RootCaReport): string {
  const both = `${podLabel(pods[0])} and ${podLabel(pods[1])}`
  if (shared.length === 0) return `${both} trust different root CAs: mTLS between them fails`
  if (roots.every(prints => prints.every(print => shared.includes(print)))) return `${both} trust the same root CA`
  return `${both} trust ${humanCount(shared.length, 'root CA')} in common; only one of them trusts the others (-o wide lists them)`
}

function fingerprintTable({pods, roots, shared}: RootCaReport): Doc {
  const rows = pods.flatMap((pod, at) =>
    (roots[at] ?? []).map(print => [podLabel(pod), print, shared.includes(print) ? 'yes' : 'no']),
  )
  return [{block: 'table', style: 'columns', padding: 5, header: ['POD', 'ROOT CERTIFICATE (SHA-256)', 'SHARED'], rows}]
}

/** One sentence; wide adds the fingerprints. */
export const rootCaView: View<RootCaReport> = {
  namedBy: 'POD',
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
