import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {listOf, textOf} from '../decode.js'

/** The literal value of an environment variable in the containers of a workload; empty when none sets it. */
export function envValue({raw}: ConfigObject, name: string): string {
  const values = listOf(raw, 'spec', 'template', 'spec', 'containers').flatMap(container =>
    listOf(container, 'env').flatMap(each => (textOf(each, 'name') === name ? (textOf(each, 'value') ?? '') : [])),
  )
  return values.find(value => value !== '') ?? ''
}
