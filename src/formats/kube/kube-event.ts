import {definedFields} from '../../model/collections/defined-fields.js'
import type {KubeEvent} from '../../model/kube/kube-event.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {numberOf, objectOf, textOf} from '../decode.js'

/** An Event of the core API or of events.k8s.io/v1, which names two fields differently (Kubernetes API, Event v1). */
export function readEvent(object: KubeObject): KubeEvent {
  const about = objectOf(object, 'involvedObject') ?? objectOf(object, 'regarding')
  return {
    about: {
      kind: textOf(about, 'kind') ?? '',
      namespace: textOf(about, 'namespace') ?? object.metadata.namespace ?? 'default',
      name: textOf(about, 'name') ?? '',
    },
    warning: textOf(object, 'type') !== 'Normal',
    reason: textOf(object, 'reason') ?? '',
    message: textOf(object, 'message') ?? textOf(object, 'note') ?? '',
    count: numberOf(object, 'count') ?? numberOf(object, 'deprecatedCount') ?? numberOf(object, 'series', 'count') ?? 1,
    ...definedFields({container: /^spec\.\w{1,30}\{([\w.-]{1,253})\}$/.exec(textOf(about, 'fieldPath') ?? '')?.[1]}),
  }
}
