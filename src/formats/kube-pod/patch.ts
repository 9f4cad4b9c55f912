import type {Gap} from '../../model/evidence/answer.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {objectLabel} from '../../model/kube/pod.js'
import {objectOf, textMapOf} from '../decode.js'
import {CUT_NAME} from '../kube-manifest/embedded.js'

/** Kinds whose objects must have a selector that fits the labels of their template (Kubernetes API, apps/v1). */
const WITH_SELECTOR = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']

/** True for a part of a workload, to be merged into the whole (kustomize, "patches"): with neither selector nor labels no API server would accept it. */
export function isPatch(object: KubeObject): boolean {
  return (
    WITH_SELECTOR.includes(object.kind) &&
    object.metadata.name !== CUT_NAME &&
    objectOf(object, 'spec', 'selector') === undefined &&
    Object.keys(textMapOf(object, 'spec', 'template', 'metadata', 'labels')).length === 0
  )
}

/** What to say of the patches among objects. */
export function patchesAmong(objects: readonly KubeObject[]): readonly Gap[] {
  return objects.filter(isPatch).map(({kind, metadata: {name, namespace = ''}}): Gap => {
    return {
      what: objectLabel({kind, namespace, name}),
      reason: 'not-captured',
      detail: 'it has neither a selector nor labels for its pods: a patch, not a whole workload',
      hint: 'Check what is built with it: kubectl kustomize DIR | meshctl check -f -',
    }
  })
}
