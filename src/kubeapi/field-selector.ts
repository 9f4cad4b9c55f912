import {at} from '../formats/decode.js'
import {own} from '../model/collections/own.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {badRequest} from './status.js'

/** Field labels an API server knows, by kind (registry strategies of kubernetes/pkg/registry); `metadata.*` works for all. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  Event: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  Secret: ['type'],
  Namespace: ['status.phase'],
  Node: ['spec.unschedulable'],
  ReplicaSet: ['status.replicas'],
  Job: ['status.successful'],
}

export interface FieldRequirement {
  readonly path: string
  readonly equals: boolean
  readonly value: string
}

/** Reads a field selector (`a=b`, `a==b`, `a!=b`, comma is AND); an unsupported field is a 400, as on a real server. */
export function parseFieldSelector(selector: string, kind: string): readonly FieldRequirement[] {
  return selector
    .split(',')
    .filter(term => term.trim() !== '')
    .map(term => {
      const [, path = '', operator, value = ''] = /^([^=!\s]+)\s*(==|=|!=)\s*(.*)$/.exec(term.trim()) ?? []
      if (operator === undefined) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`)
      if (path !== 'metadata.name' && path !== 'metadata.namespace' && own(FIELDS, kind)?.includes(path) !== true) {
        throw badRequest(`field label not supported: ${path}`)
      }
      return {path, equals: operator !== '!=', value}
    })
}

/** True when the object meets every requirement; an absent field counts as empty. */
export function matchesFields(requirements: readonly FieldRequirement[], object: KubeObject): boolean {
  return requirements.every(({path, equals, value}) => {
    const found = path === 'source' ? at(object, 'source', 'component') : at(object, ...path.split('.'))
    return ((found === undefined ? (path === 'spec.hostNetwork' ? 'false' : '') : String(found)) === value) === equals
  })
}
