import {askFile, askIstiods, type IstiodScope, runningIstiods} from '../../evidence/control-plane/istiods.js'
import type {Gap} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {Source} from '../../sources/source.js'
import {optional, required} from '../report.js'

/** Which istiods and pods to read. */
export interface Scope extends IstiodScope {
  readonly namespace?: string | undefined
}

/** The pods and the answers of every istiod; an error if there is no istiod or none answered. */
export async function gather(source: Source, filter: Scope, gaps: Gap[]) {
  if (source.impliedSubject !== undefined) {
    const istiods = await askFile(source, source.impliedSubject)
    const gap = istiods[0]?.silent
    if (gap !== undefined) required({ok: false, gap}, source)
    return {pods: undefined, istiods}
  }
  const control = required(await runningIstiods(source, filter), source)
  if (control.length === 0) {
    const revision = filter.revision === undefined ? '' : ` of revision ${filter.revision}`
    throw new UserError(
      `no running istiod${revision} in namespace ${filter.istioNamespace} of ${source.origin.label}`,
      {
        hint: 'Specify its namespace with -i, or omit --revision.',
      },
    )
  }
  const istiods = await askIstiods(source, control)
  const gapsOf = istiods.flatMap(({silent, label}) =>
    silent === undefined ? [] : [{...silent, what: `proxies of ${label}`}],
  )
  const [first] = gapsOf
  if (first !== undefined && gapsOf.length === istiods.length) required({ok: false, gap: first}, source)
  gaps.push(...gapsOf)
  const query = filter.namespace === undefined ? {kind: 'Pod'} : {kind: 'Pod', namespace: filter.namespace}
  return {pods: optional(await source.objects(query), gaps), istiods}
}
