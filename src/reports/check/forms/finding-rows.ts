import type {Doc} from '../../../terminal/doc.js'
import type {CheckReport} from '../report.js'

/** The column that names the checked workload as a target of meshctl, `deployment/web.shop`. */
export const WORKLOAD = 'WORKLOAD'

/** One row per finding, accepted ones left out. */
export function findingRows({workloads}: CheckReport): Doc {
  const open = workloads.flatMap(({findings}) => findings).filter(({accepted}) => accepted === undefined)
  return [
    {
      block: 'table',
      style: 'columns',
      header: ['SEVERITY', 'CODE', WORKLOAD, 'KIND', 'NAMESPACE', 'NAME', 'PATH', 'FILE', 'LINE', 'MESSAGE'],
      rows: open.map(({severity, code, workload, object, path, place, message}) => [
        severity,
        code,
        `${workload.kind.toLowerCase()}/${workload.name}${workload.namespace === '' ? '' : `.${workload.namespace}`}`,
        object.kind,
        object.namespace,
        object.name,
        path ?? '',
        place?.file ?? '',
        place === undefined ? '' : String(place.line),
        message.replace(/\s+/g, ' '),
      ]),
    },
  ]
}
