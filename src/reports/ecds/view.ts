import type {View} from '../view.js'
import type {EcdsReport} from './report.js'

const HEADER = ['ECDS NAME', 'TYPE']
const WIDE = ['VERSION', 'LAST UPDATED']

/** istioctl's ECDS table; wide adds version and time. */
export const ecdsView: View<EcdsReport> = {
  namedBy: 'ECDS NAME',
  doc: (report, form) => {
    const wide = form === 'wide'
    const rows = report.filters.map(({name, type, version, lastUpdated}) => [
      name,
      type,
      ...(wide ? [version, lastUpdated] : []),
    ])
    return [{block: 'table', style: 'columns', padding: 5, header: wide ? [...HEADER, ...WIDE] : HEADER, rows}]
  },
  data: report => report.document(),
  jsonIndent: 4,
  raw: report => report.artifact.bytes,
}
