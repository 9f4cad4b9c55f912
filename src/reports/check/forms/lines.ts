import type {Finding} from '../../../model/finding.js'
import {objectLabel} from '../../../model/kube/pod.js'
import type {CheckReport} from '../report.js'

function whereOf({object, path, place}: Finding): string {
  if (place !== undefined) return `${place.file}:${place.line}:${place.column}`
  return path === undefined ? objectLabel(object) : `${objectLabel(object)} ${path}`
}

/**
 * One finding per line as compilers write them, `file:line:column: severity: message [CODE]`, for grep, editors and problem matchers; findings about
 * what is in no file name the object instead. Accepted findings are left out.
 */
export function findingLines({workloads}: CheckReport): string {
  return workloads
    .flatMap(({findings}) => findings)
    .filter(({accepted}) => accepted === undefined)
    .map(each => `${whereOf(each)}: ${each.severity}: ${each.message.replace(/\s+/g, ' ')} [${each.code}]\n`)
    .join('')
}
