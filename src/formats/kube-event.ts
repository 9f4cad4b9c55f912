import type {KubeEvent} from '../model/kube-event.js'
import type {KubeObject} from '../model/kube-object.js'
import {numberOf, objectOf, textOf} from './decode.js'

/** An Event of the core API (Kubernetes API, Event v1). */
export function readEvent(object: KubeObject): KubeEvent {
  const about = objectOf(object, 'involvedObject')
  return {
    about: {
      kind: textOf(about, 'kind') ?? '',
      namespace: textOf(about, 'namespace') ?? object.metadata.namespace ?? 'default',
      name: textOf(about, 'name') ?? '',
    },
    warning: textOf(object, 'type') !== 'Normal',
    reason: textOf(object, 'reason') ?? '',
    message: textOf(object, 'message') ?? '',
    count: numberOf(object, 'count') ?? 1,
  }
}
