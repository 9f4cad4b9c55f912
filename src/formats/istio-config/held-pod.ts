import {definedFields} from '../../model/collections/defined-fields.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {isObject, listOf, objectOf, textOf} from '../decode.js'

function withoutMounts(container: unknown): unknown {
  if (!isObject(container)) return container
  const {volumeMounts: _, ...kept} = container
  return kept
}

/** A pod as meshctl's own rules about the configuration read it: without volumes, and of its status only the phase. (Of a fleet's pods the rest is most.) */
export function podOfRules(pod: KubeObject): KubeObject {
  const {apiVersion, kind, metadata} = pod
  const {name, namespace, labels, annotations, creationTimestamp, deletionTimestamp, ownerReferences} = metadata
  const spec = objectOf(pod, 'spec')
  const {volumes: _, containers, initContainers, ...rest} = spec ?? {}
  const lists = definedFields({
    containers: containers === undefined ? undefined : listOf(spec, 'containers').map(withoutMounts),
    initContainers: initContainers === undefined ? undefined : listOf(spec, 'initContainers').map(withoutMounts),
  })
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...definedFields({namespace, labels, annotations, creationTimestamp, deletionTimestamp, ownerReferences}),
    },
    spec: {...rest, ...lists},
    status: definedFields({phase: textOf(pod, 'status', 'phase')}),
  }
}
