import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {Labels} from '../../model/selector.js'
import {listOf, textMapOf, textOf} from '../decode.js'

/** From which namespaces each listener of a Gateway takes routes; `labels` is undefined for a selector with expressions. */
export function admittedFrom({raw}: ConfigObject): readonly {
  readonly name: string
  readonly from: string
  readonly labels?: Labels
}[] {
  return listOf(raw, 'spec', 'listeners').map(each => ({
    name: textOf(each, 'name') ?? '',
    from: textOf(each, 'allowedRoutes', 'namespaces', 'from') ?? 'Same',
    ...(listOf(each, 'allowedRoutes', 'namespaces', 'selector', 'matchExpressions').length > 0
      ? {}
      : {labels: textMapOf(each, 'allowedRoutes', 'namespaces', 'selector', 'matchLabels')}),
  }))
}
