import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {listOf, textsOf} from '../decode.js'

/** One value of an AuthorizationPolicy with the field it is written in. */
export interface OperationValue {
  readonly field: string
  readonly value: string
  readonly path: string
}

function valuesOf(
  {raw}: ConfigObject,
  list: 'from' | 'to',
  part: 'source' | 'operation',
  names: readonly string[],
): readonly OperationValue[] {
  return listOf(raw, 'spec', 'rules').flatMap((rule, ruleIndex) =>
    listOf(rule, list).flatMap((each, index) =>
      names.flatMap(field =>
        textsOf(each, part, field).map((value, number) => ({
          field,
          value,
          path: `spec.rules[${ruleIndex}].${list}[${index}].${part}.${field}[${number}]`,
        })),
      ),
    ),
  )
}

const OPERATIONS = ['hosts', 'notHosts', 'ports', 'notPorts', 'methods', 'notMethods', 'paths', 'notPaths']
const NAMES = [
  'principals',
  'notPrincipals',
  'requestPrincipals',
  'notRequestPrincipals',
  'namespaces',
  'notNamespaces',
]

/** The values of the operations of an AuthorizationPolicy. */
export function operationValues(object: ConfigObject): readonly OperationValue[] {
  return valuesOf(object, 'to', 'operation', OPERATIONS)
}

/** The names of sources of an AuthorizationPolicy: principals and namespaces. */
export function sourceNames(object: ConfigObject): readonly OperationValue[] {
  return valuesOf(object, 'from', 'source', NAMES)
}

/** The addresses of direct peers an AuthorizationPolicy names. */
export function peerAddresses(object: ConfigObject): readonly OperationValue[] {
  return valuesOf(object, 'from', 'source', ['ipBlocks', 'notIpBlocks'])
}
